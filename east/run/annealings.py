"""The annealing path of each arm of a run, for drawing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from east.run.machine import Machine

if TYPE_CHECKING:
    from east.annealing import Annealing
    from east.training import Arm


def annealings(machine: Machine) -> Mapping[Arm, Annealing]:
    """Return the annealing path of each arm in training, in order, without the losses that have none."""
    return _annealings(machine.config.networks, tuple(map(int, machine.dataset.class_counts)))


@lru_cache(maxsize=32)
def _annealings(arms: tuple[Arm, ...], counts: tuple[int, ...]) -> Mapping[Arm, Annealing]:
    """Build the losses, which takes longer than a figure: every moment that is drawn asks for them."""
    from east.losses import build_loss

    losses = {arm: build_loss(arm.loss, arm.metric, counts) for arm in arms}
    return {arm: loss.annealing for arm, loss in losses.items() if loss.annealing is not None}
