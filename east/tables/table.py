"""What a read file becomes, and the choices and limits it is read under."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from east.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("csv", "json", "arff", "xlsx", "ods", "parquet", "feather")


@dataclass(frozen=True)
class Finding:
    """One thing that was decided while reading, fit to be shown and to be overridden.

    Args:
        what: the name of the thing ("delimiter"); where it is a field of `ReadOptions`, it can be overridden.
        decided: the decision ("';'").
        why: the evidence, one plain sentence without a final stop.
        alternatives: what else it could have been, where that is a list to choose from (sheets, files).
    """

    what: str
    decided: str
    why: str
    alternatives: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.what}: {self.decided} ({self.why})"


@dataclass(frozen=True)
class Table:
    """One table in memory.

    Args:
        frame: unique text column names; each column numeric, boolean, datetime (naive), categorical or text.
        name: a name fit to be shown, without a folder.
        findings: what was decided on the way, in order.
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
    """What to take as given instead of finding it out; None means find it out.

    Args:
        format: one of `FORMATS` ("csv" stands for any delimited text).
        encoding: of a text file, a name Python knows ("cp1252").
        delimiter: between the fields of a line, one character.
        decimal: the decimal mark, "." or ",".
        quote: the quote character, or "" for none.
        header: whether the first line names the columns.
        sheet: of a workbook, by its name.
        member: of a zip archive, by its name.
    """

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    quote: str | None = None
    header: bool | None = None
    sheet: str | None = None
    member: str | None = None

    def __post_init__(self) -> None:
        """Refuse settings that no file can be read with.

        Raises:
            SettingError: naming the setting.
        """
        for what, value, allowed in (
            ("format", self.format, FORMATS),
            ("decimal mark", self.decimal, (".", ",")),
            ("quote", self.quote, ('"', "'", "")),
        ):
            if value is not None and value not in allowed:
                raise SettingError(
                    f"There is no such {what}", repr(value), f"choose one of {' '.join(allowed)}"
                )
        mark = self.delimiter
        if mark is not None and (
            len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark in "\n\r\"'\0."
        ):
            raise SettingError("This cannot be a delimiter", repr(mark), "give one character such as , or ;")


@dataclass(frozen=True)
class Limits:
    """How much of a table is taken in; a file beyond is refused before it is unfolded.

    Args:
        file_bytes: of the file as it comes.
        json_bytes: of a json or arff file, which takes many times its size in memory.
        unfolded_bytes: of what a compressed file unfolds to.
        rows, columns, cells: of the table (cells are rows times columns).
        seconds, memory_bytes: that the helper process of `read_table_guarded` may take.
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

    def add(self, what: str, decided: object, why: str, alternatives: tuple[str, ...] = ()) -> None:
        """Write one finding down."""
        self.findings.append(Finding(what, str(decided), why, alternatives))
