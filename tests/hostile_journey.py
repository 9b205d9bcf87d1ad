"""Takes a table whose every name is hostile through the app in a browser, and says what was not shown as written."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import numpy as np

from tests.hostile_names import HOSTILE_NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Page

FILE_NAME = "zq77 <b>b</b> :red[r] $x^2$ &amp; _i_.csv"
TARGET = "zq78 :material/home: <i>kind</i> **x**"

# Every text on the page that bears the mark of a name must hold that name letter by letter, or, where it was
# shortened, its beginning or its end. A name that was taken for markup has lost some letters.
_CHANGED = r"""
(names) => {
  const plain = (text) => text.replace(/[\u2060\u200b\u200f]/g, "").replace(/\s+/g, " ").trim();
  const known = Object.fromEntries(Object.entries(names).map(([mark, name]) => [mark, plain(name)]));
  const blocks = "p,li,td,th,h1,h2,h3,label,button,option,text,pre,summary,figcaption,[role=option],[data-baseweb],div";
  const changed = [];
  const look = (text, where) => {
    for (const [, mark] of text.matchAll(/(zq\d\d)/g)) {
      const name = known[mark], shown = plain(text);
      if (name === undefined || shown.includes(name)) continue;
      const parts = shown.split(/…|\.\.\./), at = parts.findIndex((part) => part.includes(mark));
      const begun = parts.length > 1 && [...Array(name.length).keys()].some((cut) =>
        cut >= mark.length && (parts[at].endsWith(name.slice(0, cut)) || parts[at].startsWith(name.slice(-cut))));
      if (!begun) changed.push(`${where}, ${mark}: ${shown.slice(0, 160)}`);
    }
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, owner = node.parentElement;
    if (!/zq\d\d/.test(node.data) || owner.closest("script,style,textarea")) continue;
    look(owner.closest(blocks).textContent, owner.closest(blocks).tagName);
  }
  for (const node of document.querySelectorAll("[aria-label],[title],[alt]"))
    for (const name of ["aria-label", "title", "alt"]) if (node.getAttribute(name)) look(node.getAttribute(name).replace(/\\([^\w\s])/g, "$1"), name);
  for (const node of document.querySelectorAll("a[href*=zq]:not([href^='#']),a[href*=stolen]:not([href^='#']),img[src*=stolen],img[src*=x],iframe"))
    if (!node.src?.startsWith("data:") && !node.closest("[data-testid=stSidebarNav]")) changed.push(`element: ${node.outerHTML.slice(0, 160)}`);
  if (window.stolen !== undefined) changed.push("a script ran");
  return [...new Set(changed)];
}
"""


def names() -> dict[str, str]:
    """The names by their marks, as the app should show them."""
    from east.plain_text import visible

    every = (*HOSTILE_NAMES, FILE_NAME, TARGET)
    return {re.findall(r"zq\d\d", name)[0]: visible(name.strip()) for name in every}


def changed(page: Page) -> list[str]:
    """The texts on the page that are not as they were written, and elements that names have made."""
    found: list[str] = page.evaluate(_CHANGED, names())
    return found


def table(classes: int, rows: int = 8) -> bytes:
    """A csv file of a column for each hostile name; the first so many of the names are its classes."""
    generator = np.random.default_rng(0)
    codes = np.arange(classes * rows) % classes
    values = codes[:, None] * generator.normal(size=len(HOSTILE_NAMES)) + generator.normal(
        size=(len(codes), len(HOSTILE_NAMES))
    )
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow([*HOSTILE_NAMES, TARGET])
    for code, row in zip(codes, values, strict=True):
        # Some columns hold names too.
        words = [HOSTILE_NAMES[(code + place) % 3] for place in range(3)]
        writer.writerow([*words, *(f"{value:.3f}" for value in row[3:]), HOSTILE_NAMES[code]])
    return told.getvalue().encode()
