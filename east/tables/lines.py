"""The physical lines of a text: line ends, lines that are no rows, and quotes that never close."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SEPARATOR_LINE = re.compile(rb'\s*"?sep=(.)"?\s*?\r?(?:\n|$)', re.IGNORECASE)
_ERRORS = (b"#N/A", b"#NA", b"#NULL!", b"#VALUE!", b"#DIV/0!", b"#REF!", b"#NAME?", b"#NUM!")
_ROWS, _ROWS_OF_TWO, _HABIT = 2, 5, 2
_COMMENT_MARKS = (b"#", b"//", b"%")


def lines_of(text: str) -> list[str]:
    """Split a text at LF, CR and CRLF only; `str.splitlines` also splits at characters that names may hold."""
    lines = re.split(r"\r\n|\n|\r", text)
    return lines[:-1] if lines and not lines[-1] else lines


def with_even_ends(utf8: bytes) -> bytes:
    """Replace the lone CR of old Macintosh files by LF, so that every line ends with LF or CRLF."""
    if utf8.count(b"\r") == utf8.count(b"\r\n"):
        return utf8
    return utf8.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def separator_line(utf8: bytes) -> tuple[str, int] | None:
    """Return the delimiter that a first line such as "sep=;" gives, and where the next line starts."""
    match = _SEPARATOR_LINE.match(utf8[:40])
    return None if match is None else (match[1].decode("ascii", "replace"), match.end())


def is_comment(line: bytes, mark: bytes) -> bool:
    """Whether a line starts with the mark of a comment; errors of spreadsheets such as #N/A are values."""
    return line.startswith(mark) and not (mark == b"#" and line.startswith(_ERRORS))


def leading_comments(utf8: bytes) -> tuple[bytes, int]:
    """Return the mark of the comment lines at the beginning of a text, and how many lines they are; b"" for none."""
    first = utf8.lstrip()[:2]
    for mark in _COMMENT_MARKS:
        if first.startswith(mark):
            count = 0
            for line in _some_lines(utf8):
                if line.strip() and not is_comment(line, mark):
                    return (mark, count) if count else (b"", 0)
                count += bool(line.strip())
            return b"", 0  # nothing but comments: then they are the table
    return b"", 0


def _some_lines(utf8: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(utf8):
        end = utf8.find(b"\n", start)
        end = len(utf8) if end < 0 else end
        yield utf8[start:end]
        start = end + 1


def without_comments(utf8: bytes, mark: bytes, quote: bytes) -> tuple[bytes, int]:
    """Remove the comment lines of a text, except those inside quoted cells; return how many they were."""
    if not re.search(rb"(?:^|\n)" + re.escape(mark), utf8):
        return utf8, 0
    kept: list[bytes] = []
    removed, inside = 0, False
    for line in utf8.split(b"\n"):
        if not inside and is_comment(line, mark):
            removed += 1
            continue
        kept.append(line)
        inside ^= bool(quote) and bool(line.count(quote) % 2)
    return b"\n".join(kept), removed


@dataclass(frozen=True)
class OpenQuote:
    """A quote that opens a cell and does not close where it should.

    Args:
        line: its number in the text, from 1.
        text: the beginning of that line.
        only: whether no other line holds quotes, so that it can be taken as text.
    """

    line: int
    text: str
    only: bool


@dataclass(frozen=True)
class _LongCell:
    """A quoted cell that spans lines: the line it opens in, what stands before, in and after it."""

    number: int
    first: bytes
    before: bytes
    inner: tuple[bytes, ...]
    after: bytes | None

    def swallows_rows(self, cut: bytes, width: int, others: int) -> bool:
        """Whether it never closes, closes inside a word, or runs over lines that are rows themselves.

        Args:
            cut: the delimiter.
            width: the number of fields in a row.
            others: how many other cells span lines; where many do, such cells are the file's habit.
        """
        if self.after is None or (self.after.strip() and not self.after.lstrip(b" ").startswith(cut)):
            return True
        rows = bool(self.inner) and width > 1 and all(line.count(cut) == width - 1 for line in self.inner)
        ragged = self.before.count(cut) + self.after.count(cut) != width - 1
        many = len(self.inner) >= (_ROWS_OF_TWO if width == 2 else _ROWS) and others < _HABIT
        return rows and (many or ragged)


def open_quote(utf8: bytes, delimiter: str, quote: str, width: int) -> OpenQuote | None:
    """Find the first quote that never closes or that runs over whole rows."""
    mark, cut = quote.encode(), delimiter.encode()
    cells = list(_long_cells(utf8, cut, mark))
    wrong = [cell for cell in cells if cell.swallows_rows(cut, width, len(cells) - 1)]
    if not wrong:
        return None
    in_wrong = sum(cell.first.count(mark) + (cell.after is not None) for cell in wrong)
    only = len(wrong) == len(cells) and utf8.count(mark) == in_wrong
    return OpenQuote(wrong[0].number, wrong[0].first[:40].decode("utf-8", "replace"), only)


def _long_cells(utf8: bytes, cut: bytes, mark: bytes) -> Iterator[_LongCell]:
    first, number, place, inner = b"", 0, -1, list[bytes]()
    for count, line in enumerate(utf8.split(b"\n"), start=1):
        if place < 0:
            # A line with an even number of quotes closes what it opens, unless it is damaged in two places.
            if line.count(mark) % 2 and (place := _opening(line, cut, mark)) >= 0:
                first, number, inner = line, count, []
        elif (closing := _closing(line, 0, mark)) >= 0:
            yield _LongCell(number, first, first[:place], tuple(inner), line[closing + 1 :])
            place = -1
        else:
            inner.append(line)
    if place >= 0:
        yield _LongCell(number, first, first[:place], tuple(inner), None)


def _opening(line: bytes, cut: bytes, mark: bytes) -> int:
    """Return where the quote stands that opens a field and is still open at the line's end; -1 for none."""
    start = 0
    while start >= 0:
        blanks = len(line) - start - len(line[start:].lstrip(b" "))
        opening = start + blanks
        if line.startswith(mark, opening):
            start = _closing(line, opening + 1, mark)
            if start < 0:
                return opening
        start = line.find(cut, start)
        start = start + 1 if start >= 0 else start
    return -1


def _closing(line: bytes, start: int, mark: bytes) -> int:
    """Return where a quoted cell closes: at the first quote that is not doubled; -1 if it does not."""
    place = line.find(mark, start)
    while place >= 0 and line.startswith(mark, place + 1):
        place = line.find(mark, place + 2)
    return place
