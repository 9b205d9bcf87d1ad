"""The rows of a folder that are kept in memory, found in one pass: to validate, to test, and to fit the encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.dataset import Choices, Part
from east.streaming.census import Census, codes_of
from east.streaming.columns import frame_of, joined_tables
from east.streaming.folder import Folder, Group, slices
from east.streaming.splitting import parts_of, sampled

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from east.dataset import Encoder
    from east.training.ranks import Ranks

_PIECE = 2**16  # rows that are read or encoded together


class HeldRows:
    """The rows that this rank keeps.

    Args:
        folder: of the files.
        columns: that are learned from.
        census: of the target.
        choices: the target, the shares and the seed.
    """

    def __init__(self, folder: Folder, columns: tuple[str, ...], census: Census, choices: Choices) -> None:
        self._folder, self._target, self._columns = folder, choices.target, columns
        self._census, self._choices = census, choices
        self._tables: list[pa.Table] = []
        self._codes: list[NDArray[np.int64]] = []
        self._parts: list[NDArray[np.int8]] = []
        self._rows: list[NDArray[np.int64]] = []

    def read(self, groups: Sequence[Group]) -> int:
        """Read some row groups; returns how many of their rows train."""
        training, total = 0, int(self._census.counts[0].sum())
        for group in groups:
            for piece in slices(group, [*self._columns, self._target], self._folder.kinds, _PIECE):
                codes = codes_of(piece.columns.column(self._target), self._census.codes)
                count, seed = len(codes), self._choices.seed
                parts = parts_of(piece.start, count, self._choices.shares, seed)
                training += int(((parts == 0) & (codes >= 0)).sum())
                kept = (codes >= 0) & ((parts > 0) | sampled(piece.start, count, total, seed))
                self._tables.append(piece.columns.select(list(self._columns)).filter(kept))
                self._codes.append(codes[kept])
                self._parts.append(parts[kept])
                self._rows.append(piece.start + np.flatnonzero(kept))
        return training

    def of_part(self, part: int) -> tuple[pa.Table, NDArray[np.int64], NDArray[np.int64]]:
        """Return the kept rows of a part: columns, codes [n] and positions [n], in the order of the folder."""
        rows = np.concatenate(self._rows)
        chosen = np.flatnonzero(np.concatenate(self._parts) == part)
        chosen = chosen[np.argsort(rows[chosen])]
        return joined_tables(self._tables).take(chosen), np.concatenate(self._codes)[chosen], rows[chosen]

    def part(self, part: int, encoder: Encoder, most: int | None = None) -> Part:
        """Encode the kept rows of a part, or the first few of them."""
        table, codes, rows = self.of_part(part)
        pieces = [
            encoder.transform(frame_of(table.slice(start, _PIECE)))
            for start in range(0, len(rows) if most is None else min(most, len(rows)), _PIECE)
        ]
        features = np.concatenate([np.empty((0, len(encoder.feature_names)), dtype=np.float32), *pieces])
        return Part(features[:most], codes[:most], rows[:most])


def sample_of(held: HeldRows, ranks: Ranks) -> pd.DataFrame:
    """Gather the sampled rows of all ranks, in the order of the folder."""
    table, _, rows = held.of_part(0)
    positions = np.concatenate([np.frombuffer(data, dtype=np.int64) for data in ranks.gather(rows.tobytes())])
    sample = joined_tables([_from_bytes(data) for data in ranks.gather(_to_bytes(table))])
    return frame_of(sample.take(np.argsort(positions)))


def _to_bytes(table: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _from_bytes(data: bytes) -> pa.Table:
    import pyarrow as pa

    return pa.ipc.open_stream(pa.py_buffer(data)).read_all()
