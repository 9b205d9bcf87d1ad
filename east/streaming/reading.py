"""The training rows of one reader, encoded, in another order every epoch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.streaming.columns import frame_of, joined_tables
from east.streaming.dataset import FolderDataset, Shard
from east.streaming.folder import Slice, slices

if TYPE_CHECKING:
    import pyarrow as pa

OPEN_GROUPS = 8
"""Row groups that are read in turns, so that rows of a folder in order come mixed."""
CELLS = 2**22
"""Encoded numbers made at a time; a wide table gives fewer rows."""
MOST_ROWS = 2**16

Encoded = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Features [n, d] and codes [n]."""


class Reader:
    """Reads the training rows of a shard.

    Args:
        dataset: of the folder.
        shard: its row groups.
        seed: of the order of the row groups.
    """

    def __init__(self, dataset: FolderDataset, shard: Shard, seed: int) -> None:
        self._dataset, self._shard, self._seed = dataset, shard, seed
        self._at_once = min(max(CELLS // dataset.num_features, 2**8), MOST_ROWS)

    def epoch(self, number: int) -> Iterator[Encoded]:
        """Yield all training rows of the shard once, some ten thousand at a time."""
        tables: list[pa.Table] = []
        codes: list[NDArray[np.int64]] = []
        held = 0
        for piece in self._slices(number):
            table, its = self._dataset.training_part(piece)
            tables.append(table)
            codes.append(its)
            held += len(its)
            if held >= self._at_once:
                yield self._encoded(tables, codes)
                tables, codes, held = [], [], 0
        if held:
            yield self._encoded(tables, codes)

    def _slices(self, number: int) -> Iterator[Slice]:
        """Take a slice of each open row group in turn; the next one opens where one ends."""
        groups, kinds = self._shard.groups, self._dataset.folder.kinds
        columns = [*self._dataset.columns, self._dataset.target]
        order = np.random.default_rng([self._seed, self._shard.number, number]).permutation(len(groups))
        waiting = (
            slices(groups[place], columns, kinds, max(self._at_once // OPEN_GROUPS, 1)) for place in order
        )
        opened = deque(islice(waiting, OPEN_GROUPS))
        while opened:
            current = opened.popleft()
            piece = next(current, None)
            following = current if piece is not None else next(waiting, None)
            if following is not None:
                opened.append(following)
            if piece is not None:
                yield piece

    def _encoded(self, tables: list[pa.Table], codes: list[NDArray[np.int64]]) -> Encoded:
        frame = frame_of(joined_tables(tables))
        return self._dataset.encoder.transform(frame), np.concatenate(codes)
