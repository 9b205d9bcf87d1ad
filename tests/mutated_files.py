"""Files of the corpus with bytes changed, put in, left out or repeated."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from functools import cache

from hypothesis import strategies as st

from tests.tables_corpus import binaries, making, texts


@cache
def seeds() -> tuple[making.Case, ...]:
    """The small files of the corpus."""
    makers = (
        texts.odd_text_cases,
        binaries.archive_cases,
        binaries.columnar_cases,
        binaries.workbook_cases,
        texts.record_cases,
        texts.arff_cases,
    )
    return tuple(case for make in makers for case in make() if 0 < len(case.data) < 50_000)


TOKENS = [
    b"",
    b"\0",
    b"\xff\xff\xff\x7f",
    b",",
    b'"',
    b"\n",
    b"\r",
    b"@data",
    b"{",
    b"[",
    b"PAR1",
    b"PK\x01\x02",
    b"9" * 40,
]
mutation = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 3),
    st.sampled_from(TOKENS),
    st.integers(0, 255),
    st.integers(1, 40),
)


def mutated(data: bytes, mutations: list[tuple[float, int, bytes, int, int]]) -> bytes:
    changed = bytearray(data)
    for where, kind, token, byte, length in mutations:
        place = int(where * max(len(changed), 1))
        if kind == 0 and changed:
            changed[place] = byte
        elif kind == 1:
            changed[place:place] = token
        elif kind == 2:
            del changed[place : place + length]
        else:
            changed[place:place] = changed[place : place + length]
    return bytes(changed)


def mutated_inside(data: bytes, mutations: list[tuple[float, int, bytes, int, int]]) -> bytes:
    """Mutate what an archive holds and pack it again, so that checksums do not stop it at the door."""
    if data.startswith(b"\x1f\x8b"):
        return gzip.compress(mutated(zlib.decompressobj(31).decompress(data), mutations))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist() if name}
    except (zipfile.BadZipFile, RuntimeError):
        return mutated(data, mutations)
    if not parts:
        return data
    longest = max(parts, key=lambda name: len(parts[name]) * (name != "xl/styles.xml"))
    return making.zipped({**parts, longest: mutated(parts[longest], mutations)})
