"""Compressed files and zip archives, decompressed no further than the limits allow."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from east.errors import TableError, listed
from east.tables.formats.definition import format_of_name
from east.tables.table import Limits, Notebook

_STEP = 1 << 20
_ENTRIES = 10_000
# A table may be repetitive, but no honest one of this size shrinks a hundredfold and more.
_SUSPICIOUS_BYTES, _SUSPICIOUS_RATIO = 64 * 2**20, 200


def unfold_gzip(data: bytes, name: str, limits: Limits) -> tuple[bytes, str]:
    """Decompress a gzip file of one or more members, and drop ".gz" from its name.

    Raises:
        TableError: a damaged file, or one that unfolds beyond the limits.
    """
    unfolded, rest = bytearray(), data
    try:
        while rest.startswith(b"\x1f\x8b"):
            stream = zlib.decompressobj(31)
            for piece in _pieces(stream, rest):
                unfolded += piece
                _check_unfolded(len(unfolded), len(data), name, limits)
            if not stream.eof:
                raise zlib.error("the file ends too early")
            rest = stream.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise damaged(name, error) from None
    return bytes(unfolded), name[:-3] if name.lower().endswith(".gz") else name


def _pieces(stream: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """Decompress step by step, so that the caller can stop."""
    waiting = data
    while waiting and not stream.eof:
        piece = stream.decompress(waiting, _STEP)
        waiting = stream.unconsumed_tail
        if not piece and not waiting:
            break
        yield piece


def _check_unfolded(size: int, packed: int, name: str, limits: Limits) -> None:
    if size > limits.unfolded_bytes:
        got, remedy = f"more than {limits.unfolded_bytes:,} bytes", "give a smaller table"
        raise TableError(f"{name!r} unfolds to more than is allowed", got, remedy)
    if size > _SUSPICIOUS_BYTES and size > _SUSPICIOUS_RATIO * packed:
        got = f"{size:,} bytes and more out of {packed:,}"
        raise TableError(f"{name!r} unfolds like a compression bomb", got, "give it uncompressed")


ZIP_ERRORS = (
    zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error, EOFError, zlib.error
)  # fmt: skip
"""What Python's zipfile raises at a damaged archive, or at one written in a way it does not know."""


def damaged(name: str, error: object) -> TableError:
    """Make the error for a damaged archive."""
    return TableError(f"{name!r} is a damaged archive", error, "write the file again")


def open_zip(data: bytes, name: str, limits: Limits) -> zipfile.ZipFile:
    """Open a zip archive and check the size that it declares.

    Raises:
        TableError: a damaged or encrypted archive, or one of too many entries or bytes.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except ZIP_ERRORS as error:
        raise damaged(name, error) from None
    if len(entries) > _ENTRIES:
        raise TableError(f"{name!r} holds too many files", f"{len(entries):,}", "give one table")
    if any(entry.flag_bits & 1 for entry in entries):
        raise TableError(f"{name!r} is encrypted", None, "give it without a password")
    _check_unfolded(sum(entry.file_size for entry in entries), len(data), name, limits)
    return archive


def unfold_entry(data: bytes, entry: zipfile.ZipInfo, name: str, limits: Limits) -> bytes:
    """Decompress one entry of a zip archive; count what comes out instead of trusting the declared size.

    Raises:
        TableError: when the entry is damaged, uses another compression, or does not have its declared size.
    """
    start = entry.header_offset
    if data[start : start + 4] != b"PK\x03\x04" or len(data) < start + 30:
        raise damaged(name, f"no entry where {entry.filename!r} should start")
    lengths = struct.unpack("<HH", data[start + 26 : start + 30])
    begin = start + 30 + sum(lengths)
    packed = data[begin : begin + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        unfolded = packed
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        unfolded = _inflate(packed, entry, name, limits)
    else:
        raise TableError(f"{name!r} uses a rare compression", entry.compress_type, "write it with deflate")
    if len(unfolded) != entry.file_size:
        raise damaged(name, f"{entry.filename!r} is not as long as it says")
    return unfolded


def _inflate(packed: bytes, entry: zipfile.ZipInfo, name: str, limits: Limits) -> bytes:
    unfolded = bytearray()
    try:
        for piece in _pieces(zlib.decompressobj(-15), packed):
            unfolded += piece
            if len(unfolded) > entry.file_size:
                raise damaged(name, f"{entry.filename!r} is longer than it says")
            _check_unfolded(len(unfolded), len(packed), name, limits)
    except zlib.error as error:
        raise damaged(name, error) from None
    return bytes(unfolded)


def unfold_zip(
    data: bytes, archive: zipfile.ZipFile, name: str, member: str | None, limits: Limits, notebook: Notebook
) -> tuple[bytes, str]:
    """Decompress the one table of a zip archive.

    Raises:
        TableError: no table, several tables and no choice between them, or a damaged archive.
    """
    files = [entry for entry in archive.infolist() if not _hidden(entry.filename)]
    names = [entry.filename for entry in files]
    if member is not None:
        chosen = [entry for entry in files if entry.filename == member]
        if not chosen:
            remedy = f"choose one of {_listed(names)}"
            raise TableError(f"{name!r} has no such file", repr(member), remedy, tuple(names))
    else:
        tables = [entry for entry in files if format_of_name(PurePosixPath(entry.filename).name) is not None]
        chosen = tables or files
        if not chosen:
            raise TableError(f"{name!r} holds no file", None, "give an archive of one table")
        if len(chosen) > 1:
            remedy = "name the one to read, or give an archive of one table"
            found = tuple(entry.filename for entry in chosen)
            raise TableError(f"{name!r} holds several tables", _listed(found), remedy, found)
    notebook.add("member", chosen[0].filename, "the table in the archive", tuple(names) if names[1:] else ())
    return unfold_entry(data, chosen[0], name, limits), PurePosixPath(chosen[0].filename).name


def _hidden(filename: str) -> bool:
    """Whether an entry is a folder, has no name, or is one that macOS adds."""
    parts = PurePosixPath(filename).parts
    return not parts or filename.endswith("/") or parts[0] == "__MACOSX" or parts[-1].startswith(".")


def _listed(names: Sequence[str]) -> str:
    return listed(map(repr, names), 8)
