"""The batches of a folder: each reader's rows go through a bounded buffer, in which they are shuffled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from east.errors import SettingError
from east.streaming.dataset import FolderDataset, Shard
from east.streaming.reading import Encoded, Reader
from east.training.batches import dropout_mask
from east.training.config import TrainConfig
from east.training.rows import Rows

BUFFER_CELLS = 2**24
"""Encoded numbers that a reader holds to shuffle them, about: 64 MiB."""


class FolderBatches:
    """Shuffled batches for every seed, of the rows that this rank reads.

    All ranks take as many steps. A reader of a third of the rows gives a third of each batch, so that uneven readers
    come to their ends together, and nobody's row comes twice in an epoch. Rows are shuffled within the buffer, for
    every seed by a generator of its own.

    Args:
        dataset: of this rank.
        config: seeds, batch size, hidden widths and dropout.
        device: of the buffer and the masks.
    """

    def __init__(self, dataset: FolderDataset, config: TrainConfig, device: torch.device) -> None:
        total = dataset.training_rows
        self._device, self._total, self._size = device, total, config.batch_rows(total)
        self.per_epoch = config.steps_per_epoch(total)
        self._dropout, self._widths = config.dropout_share(total), config.hidden_widths(total)
        # Steps that the readers have room for: all begin a new buffer at the same step.
        self._block = max(1, dataset.readers * BUFFER_CELLS // dataset.num_features // self._size)
        self._readers = [_Buffered(dataset, shard, config.seeds) for shard in dataset.shards]
        # Where an epoch fits, the files are read once.
        self._fits = self._block >= self.per_epoch
        self._rooms = [
            shard.rows if self._fits else self._rows_until(shard.rows, self._block) + 1
            for shard in dataset.shards
        ]
        self.rows = Rows(
            torch.zeros(sum(self._rooms), dataset.num_features, device=device),
            torch.zeros(sum(self._rooms), dtype=torch.long, device=device),
            None,
        )
        self._step = 0
        self._orders: list[Tensor] = []
        self._counts: list[int] = []

    @property
    def even(self) -> bool:
        """Batches differ by a row or two."""
        return False

    def next(self) -> Tensor:
        """Return the next batch's row numbers in the buffer, `[seeds, B]`; B may be 0."""
        epoch, place = divmod(self._step, self.per_epoch)
        if place % self._block == 0:
            self._fill(epoch, place)
        begin = place - place % self._block
        self._step += 1
        pieces = []
        for reader, order in zip(self._readers, self._orders, strict=True):
            before = self._rows_until(reader.shard.rows, begin)
            start, end = (self._rows_until(reader.shard.rows, step) - before for step in (place, place + 1))
            pieces.append(order[:, start:end])
        self._counts = [piece.shape[1] for piece in pieces]
        return torch.cat(pieces, dim=1).to(self._device, non_blocking=True)

    def dropout_masks(self) -> list[Tensor]:
        """Draw the hidden layers' masks `[seeds, B, width]`, scaled to keep the mean; empty without dropout."""
        if not self._dropout:
            return []
        return [
            torch.cat(
                [
                    dropout_mask(reader.generators, rows, width, self._dropout)
                    for reader, rows in zip(self._readers, self._counts, strict=True)
                ],
                dim=1,
            ).to(self._device, non_blocking=True)
            for width in self._widths
        ]

    def state(self) -> dict[str, Tensor]:
        """Refuse: a training on a folder cannot be kept.

        Raises:
            SettingError: always.
        """
        raise SettingError("A training on a folder cannot be kept and resumed", None, "train it to its end")

    def take(self, state: Mapping[str, Tensor]) -> None:
        """Refuse, as `state` does.

        Raises:
            SettingError: always.
        """
        self.state()

    def _rows_until(self, rows: int, step: int) -> int:
        """Tell how many rows a reader of so many has given before a step of an epoch."""
        return rows * self._size * step // self._total

    def _fill(self, epoch: int, place: int) -> None:
        """Read what the next steps of the epoch need, and shuffle it."""
        end, offset, held = min(place + self._block, self.per_epoch), 0, epoch > 0 and self._fits
        self._orders = []
        for reader, room in zip(self._readers, self._rooms, strict=True):
            wanted = self._rows_until(reader.shard.rows, end) - self._rows_until(reader.shard.rows, place)
            rows = room if self._fits else wanted
            if place == 0 and not held:
                reader.begin(epoch)
            if not held:
                reader.fill(self.rows, offset, rows)
            orders = [torch.randperm(rows, generator=generator)[:wanted] for generator in reader.generators]
            self._orders.append(torch.stack(orders) + offset)
            offset += room


class _Buffered:
    """A reader whose rows can be taken in any number."""

    def __init__(self, dataset: FolderDataset, shard: Shard, seeds: tuple[int, ...]) -> None:
        self.shard = shard
        self.generators = [torch.Generator().manual_seed(_seed_of(seed, shard)) for seed in seeds]
        self._reader = Reader(dataset, shard, seeds[0])
        self._coming: Iterator[Encoded] = iter(())
        self._left: Encoded | None = None

    def begin(self, epoch: int) -> None:
        """Start an epoch; what is left of the one before is dropped, as the rest of an epoch in memory is."""
        self._coming, self._left = self._reader.epoch(epoch), None

    def fill(self, buffer: Rows, offset: int, wanted: int) -> None:
        """Put the next rows in the buffer, from `offset` on."""
        end = offset + wanted
        while offset < end:
            features, codes = self._left if self._left is not None else next(self._coming)
            taken = min(end - offset, len(codes))
            buffer.features[offset : offset + taken] = torch.from_numpy(features[:taken])
            buffer.targets[offset : offset + taken] = torch.from_numpy(codes[:taken])
            self._left = (features[taken:], codes[taken:]) if taken < len(codes) else None
            offset += taken


def _seed_of(seed: int, shard: Shard) -> int:
    """Make a seed for the shuffles of one seed's rows of one shard."""
    return int(np.random.SeedSequence([seed, shard.number]).generate_state(1)[0])
