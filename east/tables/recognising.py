"""Which format a file has: by its first bytes, then by its text; its name decides only in doubt."""

from __future__ import annotations

import zipfile
from dataclasses import replace

from east.errors import TableError
from east.tables.archives import ZIP_ERRORS
from east.tables.formats.definition import Content, Format, format_names, formats_of

_HEAD = 1 << 16
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


def not_a_table(name: str, got: str) -> TableError:
    """Make the error for a file of none of the formats."""
    return TableError(
        f"{name!r} cannot be read as a table", got, f"give a file in one of these formats: {format_names()}"
    )


def binary_format(content: Content) -> Format | None:
    """Find the binary format of a file by its first bytes; None for text.

    Raises:
        TableError: for a known kind of file that is no table.
    """
    for magic, what in _FOREIGN:
        if content.data.startswith(magic):
            raise not_a_table(content.name, what)
    if content.data.startswith(_PICKLE) and content.data.rstrip().endswith(b"."):
        raise not_a_table(content.name, "a Python pickle, which is never opened")
    return _recognised("binary", content)


def archive_format(content: Content) -> Format | None:
    """Find which workbook a zip archive is; None for an archive of files.

    Raises:
        TableError: for a text document or a presentation.
    """
    assert content.archive is not None
    found = _recognised("archive", content)
    _refuse_other_documents(content.archive, content.name)
    if found is None:
        content.notebook.add("format", "zip", "the file is an archive")
    return found


def text_format(content: Content) -> Format:
    """Find the format of a text.

    Raises:
        TableError: for a web page or another XML document.
    """
    head = content.data[:_HEAD]
    start = head.lstrip()[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise not_a_table(content.name, "a web page or an XML document")
    found = _recognised("text", replace(content, data=head))
    if found is None:
        raise not_a_table(content.name, "text of no known format")
    return found


def _recognised(layer: str, content: Content) -> Format | None:
    for entry in formats_of(layer):
        evidence = entry.recognise(content)
        if evidence is not None:
            content.notebook.add("format", entry.key, evidence)
            return entry
    return None


def _refuse_other_documents(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse documents of Office and OpenDocument that hold no sheets."""
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        if not any(entry.startswith("xl/") for entry in names):
            raise not_a_table(name, "an Office document without sheets")
    elif {"mimetype", "content.xml"} <= names:
        kind = archive.getinfo("mimetype")
        if kind.file_size < 200 and kind.compress_type == zipfile.ZIP_STORED and not _is_spreadsheet(archive):
            raise not_a_table(name, "an OpenDocument file without sheets")


def _is_spreadsheet(archive: zipfile.ZipFile) -> bool:
    try:
        return archive.read("mimetype").startswith(_OPEN_DOCUMENT)
    except ZIP_ERRORS:
        return False
