"""Text to HTML, so that no name of a column or class is ever taken for markup."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from typing import Any

from east.plain_text import visible


def text(value: object) -> str:
    """Escape a text for HTML, attributes included."""
    return html.escape(visible(value), quote=True)


def element(tag: str, inside: str = "", **attributes: object) -> str:
    """Write an element; `inside` is HTML, attributes are text."""
    written = "".join(
        f' {name.strip("_").replace("_", "-")}="{text(value)}"' for name, value in attributes.items()
    )
    return f"<{tag}{written}>{inside}</{tag}>"


def paragraph(sentence: str, **attributes: object) -> str:
    """Write a paragraph of plain text."""
    return element("p", text(sentence), **attributes)


def listing(sentences: Iterable[str]) -> str:
    """Write plain sentences as a list; nothing when there are none."""
    items = "".join(element("li", text(sentence)) for sentence in sentences)
    return element("ul", items) if items else ""


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table of plain texts; the first cell of a row is its heading."""
    top = element("tr", "".join(element("th", text(name), scope="col") for name in head))
    body = [
        element("th", text(row[0]), scope="row") + "".join(element("td", text(cell)) for cell in row[1:])
        for row in rows
    ]
    inside = "".join(element("tr", row) for row in body)
    parts = element("caption", text(caption)) + element("thead", top) + element("tbody", inside)
    return element("div", element("table", parts), _class="wide")


def section(title: str, *parts: str) -> str:
    """Write a section under its heading."""
    return element("section", element("h2", text(title)) + "".join(parts))


def data_script(name: str, value: Any) -> str:
    """Hold data for the page's script; no text in it can end the element."""
    written = json.dumps(value, allow_nan=False, separators=(",", ":"))
    safe = written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return f'<script type="application/json" id="{text(name)}">{safe}</script>'
