"""What a file format is, and the table of all formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from east.errors import TableError

if TYPE_CHECKING:
    import zipfile

    import pandas as pd

    from east.tables.table import Limits, Notebook, ReadOptions

TEXT_OPTIONS = ("encoding", "format")
CELL_OPTIONS = ("thousands", "units", "join_alike")
SHEET_OPTIONS = ("header", "second_header", "keep_words", *CELL_OPTIONS)
ARCHIVE_ENDINGS = ("gz", "zip")


@dataclass(frozen=True)
class Content:
    """One file on its way to a table.

    Args:
        data: the bytes; for a text format the text as UTF-8.
        name: of the file, for messages; its ending is a hint where the content leaves a doubt.
        options: what the user has decided.
        limits: beyond which a table is refused.
        notebook: where findings are written down.
        archive: the opened zip archive, for formats that are one.
    """

    data: bytes
    name: str
    options: ReadOptions
    limits: Limits
    notebook: Notebook
    archive: zipfile.ZipFile | None = None

    def has_ending(self, *endings: str) -> bool:
        """Whether the file's name ends so; endings are given without their dot."""
        return self.name.lower().rpartition(".")[2] in endings

    def whole_text(self, key: str) -> str:
        """Decode a text that takes many times its size in memory.

        Raises:
            TableError: when it is larger than `limits.json_bytes`.
        """
        if len(self.data) > self.limits.json_bytes:
            remedy = f"keep to {self.limits.json_bytes:,}, or save it as csv or parquet"
            raise TableError(f"{self.name!r} is too large for {key}", f"{len(self.data):,} bytes", remedy)
        return self.data.decode("utf-8", "replace")


@dataclass(frozen=True)
class Format:
    """One file format.

    Args:
        key: its name in options and messages ("xlsx").
        label: a few words for people ("Excel workbook").
        endings: of file names, without the dot; the first is the usual one.
        layer: "binary", "archive" (a zip archive of parts) or "text" (read after its encoding is known).
        recognise: the evidence that a file has this format, in plain words, or None. It sees the first 64 KiB of a
            text, and the whole of anything else.
        read: gives the frame, or raises TableError.
        options: the fields of `ReadOptions` that it uses.
        fallback: whether it takes any text that no other format recognises.
    """

    key: str
    label: str
    endings: tuple[str, ...]
    layer: Literal["binary", "archive", "text"]
    recognise: Callable[[Content], str | None]
    read: Callable[[Content], pd.DataFrame]
    options: tuple[str, ...] = ()
    fallback: bool = False


FORMATS: dict[str, Format] = {}


def register(entry: Format) -> Format:
    """Put a format into the table."""
    FORMATS[entry.key] = entry
    return entry


def formats_of(layer: str) -> Iterator[Format]:
    """Give the formats of one layer, the one that takes any text last."""
    yield from sorted(
        (entry for entry in FORMATS.values() if entry.layer == layer), key=lambda entry: entry.fallback
    )


def format_names() -> str:
    """List the keys of all formats as one phrase: "arff, csv or json"."""
    keys = sorted(FORMATS)
    return f"{', '.join(keys[:-1])} or {keys[-1]}"


def table_endings() -> tuple[str, ...]:
    """List the endings of file names that hold a table, without the dot."""
    return tuple(dict.fromkeys(ending for key in sorted(FORMATS) for ending in FORMATS[key].endings))


def upload_endings() -> tuple[str, ...]:
    """List the endings of file names that can be read: tables, and archives of one table."""
    return (*table_endings(), *ARCHIVE_ENDINGS)


def format_of_name(name: str) -> Format | None:
    """Find the format that a file's name promises."""
    ending = name.lower().rpartition(".")[2]
    return next((entry for entry in FORMATS.values() if ending in entry.endings), None)
