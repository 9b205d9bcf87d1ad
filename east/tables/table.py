"""A table with its findings, and the options and limits of reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from east.errors import SettingError, no_such
from east.tables.formats.definition import FORMATS

if TYPE_CHECKING:
    import pandas as pd

STANDARD_INPUT = "-"
"""What stands for the path of a table on a command line that reads it from standard input."""


@dataclass(frozen=True)
class Remedy:
    """One click that answers a question: read the file again with one option set.

    Args:
        label: of the button ("Read them as words").
        option: a field of `ReadOptions`.
        value: what to set it to.
    """

    label: str
    option: str
    value: str | bool


@dataclass(frozen=True)
class Finding:
    """One decision made while reading, to be shown and, where possible, overridden.

    Args:
        what: what was decided ("delimiter"); where this is a field of `ReadOptions`, it can be overridden.
        decided: the decision ("';'").
        why: the evidence, one plain sentence without a final stop.
        alternatives: the other possible decisions, where they can be listed (sheets, files).
        remedies: where the decision is open, or likely to be wrong, what the user may choose instead.
    """

    what: str
    decided: str
    why: str
    alternatives: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()

    def __str__(self) -> str:
        """Show the finding in one line."""
        return f"{self.what}: {self.decided} ({self.why})"


@dataclass(frozen=True)
class Table:
    """One table in memory.

    Args:
        frame: unique text column names; each column numeric, boolean, datetime (naive), categorical or text.
        name: the file's name without its folder.
        findings: what was decided while reading, in order.
    """

    frame: pd.DataFrame
    name: str
    findings: tuple[Finding, ...] = ()

    @property
    def num_rows(self) -> int:
        """The number of rows."""
        return int(self.frame.shape[0])

    @property
    def num_columns(self) -> int:
        """The number of columns."""
        return int(self.frame.shape[1])


@dataclass(frozen=True)
class ReadOptions:
    """What the user has decided about a file; None means that reading finds it out.

    Args:
        format: one of `FORMATS` ("csv" stands for any delimited text).
        encoding: of a text file, a name that Python knows ("cp1252").
        delimiter: one character between the fields of a line.
        decimal: the decimal mark, "." or ",".
        quote: the quote character, or "" for none.
        header: whether the first line names the columns.
        sheet: the name of a workbook's sheet.
        member: the name of a file in a zip archive.
        thousands: the mark between groups of three digits, "." or ","; "" for none.
        units: whether numbers with a unit ("5 kg") are numbers.
        second_header: whether the row under the header holds units or a second header, and is no row of values.
        keep_words: whether words for missing values ("NA", "None") in columns of text stay words.
        join_alike: whether categories that differ only in spaces, case or Unicode form are joined.
    """

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    quote: str | None = None
    header: bool | None = None
    sheet: str | None = None
    member: str | None = None
    thousands: str | None = None
    units: bool | None = None
    second_header: bool | None = None
    keep_words: bool | None = None
    join_alike: bool | None = None

    def __post_init__(self) -> None:
        """Refuse options that no file can be read with.

        Raises:
            SettingError: naming the option.
        """
        for what, value, allowed in (
            ("format", self.format, tuple(sorted(FORMATS))),
            ("decimal mark", self.decimal, (".", ",")),
            ("quote", self.quote, ('"', "'", "")),
            ("thousands mark", self.thousands, (".", ",", "")),
        ):
            if value is not None and value not in allowed:
                raise no_such(what, value, [word or "''" for word in allowed])
        mark = self.delimiter
        if mark is not None and (
            len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark in "\n\r\"'\0."
        ):
            raise SettingError("This cannot be a delimiter", repr(mark), "give one character such as , or ;")


@dataclass(frozen=True)
class Limits:
    """The largest table that is read; a larger file is refused before it is decompressed.

    Args:
        file_bytes: of the file itself.
        json_bytes: of a json or arff file, which takes many times its size in memory.
        unfolded_bytes: of a compressed file once it is decompressed.
        rows, columns, cells: of the table (cells are rows times columns).
        seconds, memory_bytes: of the helper process of `read_table_guarded`.
    """

    file_bytes: int = 512 * 2**20
    json_bytes: int = 100 * 2**20
    unfolded_bytes: int = 512 * 2**20
    rows: int = 5_000_000
    columns: int = 10_000
    cells: int = 40_000_000
    seconds: float = 60.0
    memory_bytes: int = 4 * 2**30


@dataclass
class Notebook:
    """Collects the findings of one reading."""

    findings: list[Finding] = field(default_factory=list)

    def add(
        self,
        what: str,
        decided: object,
        why: str,
        alternatives: tuple[str, ...] = (),
        remedies: tuple[Remedy, ...] = (),
    ) -> None:
        """Write one finding down."""
        self.findings.append(Finding(what, str(decided), why, alternatives, remedies))
