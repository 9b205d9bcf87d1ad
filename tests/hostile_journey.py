"""A table whose every name is hostile, and what a page shows otherwise than it is written."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import numpy as np

from east.plain_text import visible
from tests.hostile_names import HOSTILE_NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Page

FILE_NAME = "zq77 <b>b</b> :red[r] $x^2$ &amp; _i_.csv"
TARGET = "zq78 :material/home: <i>kind</i> **x**"
RENAMED = "zq79 [run](https://example.org/stolen) <u>u</u> :smile:"
WORDS = 3
"""So many of the columns hold names in their cells too."""

# Every text that bears the mark of a name must hold that name letter by letter, or, where it was shortened, its
# beginning or its end. A name that was taken for markup has lost some of its letters.
_CHANGED = r"""
(names) => {
  const plain = (text) => text.replace(/[\u2060\u200b\u200f]/g, "").replace(/\s+/g, " ").trim();
  const known = Object.entries(names).map(([mark, name]) => [mark, plain(name)]);
  const shortened = (name, mark, parts) => {
    const part = parts.find((each) => each.includes(mark)), cuts = [...Array(name.length).keys()];
    const whole = (cut) => part.endsWith(name.slice(0, cut)) || part.startsWith(name.slice(-cut));
    return parts.length > 1 && cuts.some(whole);
  };
  const changed = [], attributes = ["aria-label", "title", "alt"];
  const look = (text, where) => {
    const shown = plain(text), written = plain(text.replace(/\\([^a-z0-9\s])/gi, "$1"));
    for (const [mark, name] of known) {
      if (!shown.includes(mark) || shown.includes(name) || shown.includes(name.replaceAll("\\", "\\\\"))) continue;
      // Streamlit gives a widget its label as it was written in Markdown, with the escapes.
      if (attributes.includes(where) && written.includes(name)) continue;
      if (!shortened(name, mark, shown.split(/…|\.\.\./))) changed.push(`${where}, ${mark}: ${shown.slice(0, 160)}`);
    }
  };
  const blocks = "p,li,td,th,h1,h2,h3,label,button,option,text,pre,summary,figcaption,[role=option],div";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, owner = node.parentElement;
    if (!node.data.includes("zq") || owner.closest("script,style,textarea")) continue;
    look(owner.closest(blocks).textContent, owner.closest(blocks).tagName);
  }
  for (const name of attributes)
    for (const node of document.querySelectorAll(`[${name}*=zq]`)) look(node.getAttribute(name), name);
  for (const node of document.querySelectorAll("a[href*=stolen],img[src*=stolen],img[src*=zq],iframe"))
    if (!node.getAttribute("href")?.startsWith("#")) changed.push(`element: ${node.outerHTML.slice(0, 160)}`);
  for (const node of document.querySelectorAll("math"))
    if (node.textContent.includes("zq")) changed.push("a formula was set");
  if (window.stolen !== undefined) changed.push("a script ran");
  return [...new Set(changed)];
}
"""


def changed(page: Page) -> list[str]:
    """The texts on the page that are not as they were written, and the elements that names have made."""
    every = (*HOSTILE_NAMES, FILE_NAME, TARGET, RENAMED)
    marked = {re.findall(r"zq\d\d", name)[0]: visible(name.strip()) for name in every}
    found: list[str] = page.evaluate(_CHANGED, marked)
    return found


def table(classes: int, rows: int = 8) -> bytes:
    """A csv file with a column for each hostile name; its classes are so many of the names, with `rows` rows each."""
    generator = np.random.default_rng(0)
    codes = np.arange(classes * rows) % classes
    noise = generator.normal(size=(len(codes), len(HOSTILE_NAMES)))
    values = codes[:, None] * generator.normal(size=len(HOSTILE_NAMES)) + noise
    picked = HOSTILE_NAMES[:: len(HOSTILE_NAMES) // classes][:classes]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*HOSTILE_NAMES, TARGET])
    for code, row in zip(codes, values, strict=True):
        words = [HOSTILE_NAMES[(code + place) % WORDS] for place in range(WORDS)]
        writer.writerow([*words, *(f"{value:.3f}" for value in row[WORDS:]), picked[code]])
    return text.getvalue().encode()
