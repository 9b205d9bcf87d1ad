"""The training rows of each seed at each step, the same for every arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from east.training.config import TrainConfig

LOWEST = torch.iinfo(torch.int64).min
UNITS_PER_DRAW = 4
"""Each drawn 64-bit number is split into four of 16 bits."""


class Feed(Protocol):
    """Chooses the rows of each step; `per_epoch` are the steps of a pass over the training rows."""

    per_epoch: int

    @property
    def even(self) -> bool:
        """Whether all batches have the same size, as a recorded step needs it."""

    def next(self) -> Tensor:
        """Return the next batch's row numbers `[seeds, B]`."""

    def dropout_masks(self) -> list[Tensor]:
        """Draw the hidden layers' masks `[seeds, B, width]` for it, scaled to keep the mean; empty without dropout."""

    def state(self) -> dict[str, Tensor]:
        """Return what the batches to come depend on."""

    def take(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` returned."""


class Batches:
    """Shuffled batches for every seed, each seed with its own generator.

    Shuffles are drawn on the CPU, so that a seed gives the same batches on every device. A row of twice the
    weight comes twice as often: so weights serve every loss, also one of a whole batch's matrix, and no step has
    a few rows that drown all others (An, Ying, Zhu, "Why Resampling Outperforms Reweighting for Correcting
    Sampling Bias with Stochastic Gradients", ICLR 2021).

    Args:
        rows: number of training rows.
        config: seeds, batch size, hidden widths and dropout.
        device: device of the indices and masks.
        weights: `[rows]` above 0, or None for 1 each.
    """

    def __init__(
        self, rows: int, config: TrainConfig, device: torch.device, weights: NDArray[np.float64] | None = None
    ) -> None:
        self._rows, self._device = rows, device
        self._weights = None if weights is None else torch.from_numpy(weights * (rows / weights.sum()))
        self._generators = [torch.Generator().manual_seed(seed + 2**20) for seed in config.seeds]
        self._size = config.batch_rows(rows)
        self._dropout = config.dropout_share(rows)
        self._widths = config.hidden_widths(rows)
        self.per_epoch = config.steps_per_epoch(rows)
        self._place = self.per_epoch
        self._order = torch.empty(0, dtype=torch.long)
        self._before_shuffle = self._generator_states()

    def state(self) -> dict[str, Tensor]:
        """Return the place in the epoch, and the generators' states now and before the epoch's shuffle."""
        place = torch.tensor([self._place])
        return {"place": place, "before": self._before_shuffle, "now": self._generator_states()}

    def take(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` returned; the epoch's shuffle is drawn again."""
        self._set_generators(state["before"])
        if int(state["place"]) < self.per_epoch:
            self._shuffle()
        self._place = int(state["place"])
        self._set_generators(state["now"])

    def next(self) -> Tensor:
        """Return the next batch's row numbers `[seeds, B]`."""
        if self._place >= self.per_epoch:
            self._shuffle()
        start = self._place * self._size
        self._place += 1
        return self._order[:, start : start + self._size]

    @property
    def even(self) -> bool:
        """Whether all batches have the same size, as a recorded step needs it."""
        return True

    def dropout_masks(self) -> list[Tensor]:
        """Draw the hidden layers' masks `[seeds, B, width]`, scaled to keep the mean; empty without dropout."""
        if not self._dropout:
            return []
        masks = [dropout_mask(self._generators, self._size, width, self._dropout) for width in self._widths]
        return [mask.to(self._device, non_blocking=True) for mask in masks]

    def _shuffle(self) -> None:
        self._before_shuffle = self._generator_states()
        orders = [self._order_of(generator) for generator in self._generators]
        self._order = torch.stack(orders).to(self._device, non_blocking=True)
        self._place = 0

    def _order_of(self, generator: torch.Generator) -> Tensor:
        """Draw an epoch's rows `[rows]`: each once, or in mean as often as its weight says.

        Weighted rows lie one after the other on a line, each as long as its weight, and a comb of one tooth a
        unit draws them (systematic sampling): a row of weight 2.3 comes two or three times.
        """
        order = torch.randperm(self._rows, generator=generator)
        if self._weights is None:
            return order
        teeth = torch.arange(self._rows) + torch.rand((), generator=generator, dtype=torch.float64)
        drawn = torch.searchsorted(self._weights[order].cumsum(0), teeth, right=True)
        drawn = order[drawn.clamp(max=self._rows - 1)]
        return drawn[torch.randperm(self._rows, generator=generator)]

    def _generator_states(self) -> Tensor:
        return torch.stack([generator.get_state() for generator in self._generators])

    def _set_generators(self, states: Tensor) -> None:
        for generator, state in zip(self._generators, states, strict=True):
            generator.set_state(state.clone())


def dropout_mask(generators: Sequence[torch.Generator], rows: int, width: int, dropout: float) -> Tensor:
    """Draw a layer's mask `[seeds, rows, width]`, scaled to keep the mean.

    It takes 16 random bits per unit, in a third of the time of `bernoulli_`.

    Args:
        generators: one for each seed.
        rows: of the batch.
        width: of the layer.
        dropout: share of units left out.
    """
    units = rows * width
    drawn = torch.empty(len(generators), -(-units // UNITS_PER_DRAW), dtype=torch.int64)
    for row, generator in zip(drawn, generators, strict=True):
        row.random_(LOWEST, None, generator=generator)
    bits = drawn.view(torch.int16)[:, :units].unflatten(1, (rows, width))
    dropped = min(round(dropout * 2**16), 2**16 - 1)
    kept: Tensor = bits >= dropped - 2**15
    return kept.float().mul_(2**16 / (2**16 - dropped))
