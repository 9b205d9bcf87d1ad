"""The encoding of a text file, and its text as UTF-8."""

from __future__ import annotations

import codecs
import re

from east.errors import TableError
from east.tables.recognising import not_a_table
from east.tables.scripts import latin_encoding, script_encoding
from east.tables.table import Notebook

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Common encodings of older text files besides cp1252.
_LEGACY = [
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "koi8_r",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
    "mac_roman",
]
_LATIN = ("cp1250", "cp1254", "mac_roman")
_SIDE_BY_SIDE = re.compile(rb"[\x80-\xff]{2}")
_CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27})
_SAMPLE = 1 << 18


def to_utf8(data: bytes, name: str, encoding: str | None, notebook: Notebook) -> bytes:
    """Turn the bytes of a text file into UTF-8 without a byte order mark.

    Raises:
        TableError: when the bytes are no text, or not text in the encoding that was chosen.
    """
    decided = encoding
    if encoding is None:
        decided, why = _guess(data, name)
        notebook.add("encoding", decided, why)
    if decided == "utf-8" and (encoding is None or is_utf8(data)):
        return data
    if decided == "utf-8-sig" and is_utf8(data):
        return data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode(str(decided))
    except LookupError:
        raise TableError("There is no such encoding", repr(decided), "try utf-8, utf-16 or cp1252") from None
    except UnicodeError as error:
        where = f"{getattr(error, 'reason', 'wrong bytes')} at byte {getattr(error, 'start', 0):,}"
        raise TableError(f"{name!r} is not text in {decided}", where, "choose another encoding") from None
    return text.removeprefix("\ufeff").encode("utf-8", "replace")


def _guess(data: bytes, name: str) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, "the file starts with its byte order mark"
    head = data[:_SAMPLE]
    if b"\0" in head:
        return _guess_wide(head, name)
    if len(head.translate(None, _CONTROLS)) < 0.998 * len(head):
        raise not_a_table(name, "bytes that never occur in text")
    if is_utf8(data):
        return "utf-8", "all bytes are valid UTF-8"
    return _guess_legacy(data)


def is_utf8(data: bytes) -> bool:
    """Whether all bytes are valid UTF-8; checked in pieces, so that no second copy is made."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    step = 1 << 22
    try:
        for start in range(0, len(view), step):
            decoder.decode(view[start : start + step])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guess_wide(head: bytes, name: str) -> tuple[str, str]:
    """Recognise UTF-16 without a mark: nearly every second byte of Western text is zero."""
    half = max(len(head) // 2, 1)
    even, odd = head[0::2].count(0) / half, head[1::2].count(0) / half
    if odd > 0.4 and even < 0.05:
        return "utf-16-le", "every second byte is zero"
    if even > 0.4 and odd < 0.05:
        return "utf-16-be", "every second byte is zero"
    raise not_a_table(name, "zero bytes")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _guess_legacy(data: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    lines = [line for line in data.splitlines() if not line.isascii()][:2000]
    sample = b"\n".join(lines)[:_SAMPLE]
    foreign = script_encoding(sample) or latin_encoding(sample)
    if foreign is not None and _decodes(data, foreign):
        return foreign, "the bytes are not UTF-8, and their letters fit this encoding"
    matches = from_bytes(sample, cp_isolation=["cp1252", "latin_1", *_LEGACY], enable_fallback=False)
    best = matches.best()
    # Western text fits several of these equally well: another encoding has to be clearly better.
    western = best is None or any(
        "cp1252" in match.could_be_from_charset
        and match.chaos <= best.chaos + 0.05
        and match.coherence >= best.coherence - 0.05
        for match in matches
    )
    # Words of another script have neighbouring letters outside ASCII; Western accents mostly stand alone.
    latin = best is None or best.encoding in _LATIN
    western |= not latin and not _SIDE_BY_SIDE.search(sample)
    if best is not None and not western:
        return best.encoding, "the bytes are not UTF-8, and this encoding fits best"
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1", "the bytes are neither UTF-8 nor cp1252"
    return "cp1252", "the bytes are not UTF-8, and they read well as Western European text"
