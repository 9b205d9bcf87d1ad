"""A folder made ready for training: its encoder, its classes, and in memory only the rows that judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.dataset import Dataset, Part
from east.streaming.census import Census, codes_of
from east.streaming.folder import Folder, Group, Slice
from east.streaming.splitting import parts_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from east.training.ranks import Ranks


@dataclass(frozen=True)
class Shard:
    """Row groups of one reader, its number among all readers, and its rows to train on."""

    number: int
    groups: tuple[Group, ...]
    rows: int


@dataclass(frozen=True, kw_only=True)
class FolderDataset(Dataset):
    """What one rank holds of a folder: `validation` and `test` are the rows of its own row groups.

    `train` are some rows to score, no more; those that are trained on are read again in every epoch.

    Args:
        folder: of the files.
        columns: that are learned from.
        census: the classes, and all ranks' rows of each in each part.
        shards: of this rank.
        readers: how many shards there are, of all ranks.
        sample: the training rows that the encoder was fitted on.
    """

    folder: Folder
    columns: tuple[str, ...]
    census: Census
    shards: tuple[Shard, ...]
    readers: int
    sample: pd.DataFrame

    @property
    def training_rows(self) -> int:
        """The number of rows to train on, of all ranks."""
        return int(self.census.counts[0].sum())

    @property
    def class_counts(self) -> np.ndarray:
        """[K] int64, the rows of each class in the training part, of all ranks."""
        return np.asarray(self.census.counts[0])

    def training_part(self, piece: Slice) -> tuple[pa.Table, NDArray[np.int64]]:
        """Pick the rows of a slice that train: their columns, and codes [n]."""
        codes = codes_of(piece.columns.column(self.target), self.census.codes)
        parts = parts_of(piece.start, len(codes), self.choices.shares, self.choices.seed)
        kept = (parts == 0) & (codes >= 0)
        return piece.columns.select(list(self.columns)).filter(kept), codes[kept]

    def whole(self, ranks: Ranks) -> FolderDataset:
        """Return the dataset with the rows of all ranks to validate and to test, in the order of the folder."""
        validation, test = (_gathered(part, ranks) for part in (self.validation, self.test))
        return replace(self, validation=validation, test=test)


def _gathered(part: Part, ranks: Ranks) -> Part:
    rows = np.concatenate([np.frombuffer(data, dtype=np.int64) for data in ranks.gather(part.rows.tobytes())])
    codes = [np.frombuffer(data, dtype=np.int64) for data in ranks.gather(part.targets.tobytes())]
    features = [np.frombuffer(data, dtype=np.float32) for data in ranks.gather(part.features.tobytes())]
    order = np.argsort(rows)
    width = part.features.shape[1]
    return Part(np.concatenate(features).reshape(-1, width)[order], np.concatenate(codes)[order], rows[order])
