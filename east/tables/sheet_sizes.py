"""How large the sheets of a workbook are, counted before calamine reserves memory for them."""

from __future__ import annotations

import re
import zipfile
from typing import Any
from xml.parsers import expat

from east.errors import TableError
from east.tables.archives import damaged, unfold_entry
from east.tables.frames import check_size
from east.tables.table import Limits

_REFERENCE = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*[\"']\s*([A-Za-z]{1,3})(\d{1,7})")
_ERROR = re.compile(rb"<v>\s*(#[A-Z/0!?]{2,12})\s*</v>")
_ODS_ERROR = re.compile(rb"<text:p>\s*(#[A-Z/0]{2,10}[!?]|#N/A|Err:\d{3})\s*</text:p>")
_BLANK = ("number-columns-repeated", "number-rows-repeated")


def check_xlsx(data: bytes, archive: zipfile.ZipFile, name: str, limits: Limits) -> tuple[str, ...]:
    """Refuse a workbook whose entries are larger than declared, or whose cells lie too far apart.

    One cell in the last corner of a sheet makes calamine reserve memory for 17 billion cells.

    Returns:
        The errors of formulas in its cells, which calamine reads as empty.

    Raises:
        TableError: such a workbook.
    """
    errors: set[str] = set()
    for entry in archive.infolist():
        text = unfold_entry(data, entry, name, limits)
        _refuse_doctype(text, name)
        if "worksheets/" in entry.filename and entry.filename.endswith(".xml"):
            rows, columns = 0, 0
            for letters, digits in _REFERENCE.findall(text):
                rows, columns = max(rows, int(digits)), max(columns, _column(letters))
            check_size(rows, columns, limits)
            errors.update(found.decode() for found in _ERROR.findall(text))
    return tuple(sorted(errors))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _refuse_doctype(text: bytes, name: str) -> None:
    """Refuse a document type, which no workbook program writes: its entities can grow without end."""
    head = text[:4096]
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise TableError(f"{name!r} holds a document type definition", None, "save it again as xlsx or ods")


def check_ods(data: bytes, archive: zipfile.ZipFile, name: str, limits: Limits) -> tuple[str, ...]:
    """Refuse a workbook whose repeated cells and rows exceed the limits.

    Returns:
        The errors of formulas in its cells.

    Raises:
        TableError: such a workbook.
    """
    errors: set[str] = set()
    for entry in archive.infolist():
        text = unfold_entry(data, entry, name, limits)
        _refuse_doctype(text, name)
        if entry.filename == "content.xml":
            _Repeats(limits).run(text, name)
            errors.update(found.decode() for found in _ODS_ERROR.findall(text))
    return tuple(sorted(errors))


class _Repeats:
    """Counts rows and columns of each sheet of an ods file, up to the last cell that holds a value."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.rows = self.widest = 0  # up to the last row that holds a value
        self.position = 0  # of the row being read, blank ones included
        self.repeat = 1
        self.columns = self.width = 0  # of the row being read: all, and up to the last that holds a value

    def run(self, text: bytes, name: str) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        try:
            parser.Parse(text, True)
        except (expat.ExpatError, LookupError) as error:
            raise damaged(name, error) from None

    def start(self, tag: str, attributes: dict[str, Any]) -> None:
        local = tag.rpartition(" ")[2]
        found = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if local == "table":
            self.rows = self.widest = self.position = 0
        elif local == "table-row":
            self.repeat, self.columns, self.width = _count(found.get(_BLANK[1])), 0, 0
        elif local in ("table-cell", "covered-table-cell"):
            self.columns += _count(found.get(_BLANK[0]))
            if "value-type" in found:
                self.width = self.columns
        elif local == "p" and self.columns:
            self.width = self.columns

    def end(self, tag: str) -> None:
        if tag.rpartition(" ")[2] != "table-row":
            return
        self.position += self.repeat
        if self.width:
            self.rows, self.widest = self.position, max(self.widest, self.width)
            check_size(self.rows, self.widest, self.limits)


def _count(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() and len(text) < 10 else 1
