"""Which format a file has: by its first bytes, then by its text, its name only in doubt."""

from __future__ import annotations

import zipfile

from east.tables.arff import looks_like_arff
from east.tables.delimited import text_head
from east.tables.records import looks_like_json
from east.tables.table import Notebook
from east.tables.text import not_a_table

_BINARY = ((b"PAR1", "parquet"), (b"ARROW1", "feather"))
_FOREIGN = (
    (b"FEA1", "a feather file of the outdated version 1 (write version 2)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Excel workbook (save it as xlsx without a password)"),
    (b"7z\xbc\xaf", "a 7z archive (use zip or gzip)"),
    (b"Rar!", "a rar archive (use zip or gzip)"),
    (b"BZh", "a bzip2 archive (use zip or gzip)"),
    (b"\xfd7zXZ", "an xz archive (use zip or gzip)"),
    (b"\x28\xb5\x2f\xfd", "a zstandard archive (use zip or gzip)"),
)
_PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


def binary_format(data: bytes, name: str, notebook: Notebook) -> str | None:
    """The format of a binary file by its first bytes; None for text.

    Raises:
        TableError: for a known format that is no table.
    """
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise not_a_table(name, what)
    if data.startswith(_PICKLE) and data.rstrip().endswith(b"."):
        raise not_a_table(name, "a Python pickle, which is never opened")
    for magic, kind in _BINARY:
        if data.startswith(magic):
            notebook.add("format", kind, "the file starts like one")
            return kind
    return None


def archive_format(archive: zipfile.ZipFile, name: str, notebook: Notebook) -> str:
    """What a zip archive is: a workbook ("xlsx", "ods") or an archive of files ("zip").

    Raises:
        TableError: for a text document or a presentation.
    """
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        if not any(entry.startswith("xl/") for entry in names):
            raise not_a_table(name, "an Office document without sheets")
        notebook.add("format", "xlsx", "the archive holds the parts of a workbook")
        return "xlsx"
    if "mimetype" in names and "content.xml" in names:
        kind = archive.getinfo("mimetype")
        if kind.file_size < 200 and kind.compress_type == zipfile.ZIP_STORED and not _is_spreadsheet(archive):
            raise not_a_table(name, "an OpenDocument file without sheets")
        notebook.add("format", "ods", "the archive holds the parts of an OpenDocument spreadsheet")
        return "ods"
    notebook.add("format", "zip", "the file is an archive")
    return "zip"


def _is_spreadsheet(archive: zipfile.ZipFile) -> bool:
    try:
        return archive.read("mimetype").startswith(_OPEN_DOCUMENT)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError):
        return False


def text_format(utf8: bytes, name: str, notebook: Notebook) -> str:
    """Whether a text is arff, json or delimited.

    Raises:
        TableError: for a web page or another XML document.
    """
    head = text_head(utf8[: 1 << 16])
    start = head.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<?xml", "<table")):
        raise not_a_table(name, "a web page or an XML document")
    if looks_like_arff(head):
        notebook.add("format", "arff", "the text starts with a relation and its attributes")
        return "arff"
    if looks_like_json(head) and not name.lower().endswith((".csv", ".tsv", ".tab")):
        notebook.add("format", "json", "the text starts like json")
        return "json"
    notebook.add("format", "csv", "the file is text")
    return "csv"
