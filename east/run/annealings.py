"""The annealing path of each arm of a run, for drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from east.run.machine import Machine

if TYPE_CHECKING:
    from east.annealing import Annealing
    from east.training import Arm


def annealings(machine: Machine) -> dict[Arm, Annealing]:
    """Return the annealing path of each arm in training, in order, without the losses that have none."""
    from east.losses import build_loss

    counts = [int(count) for count in machine.dataset.class_counts]
    losses = {arm: build_loss(arm.loss, arm.metric, counts) for arm in machine.config.networks}
    return {arm: loss.annealing for arm, loss in losses.items() if loss.annealing is not None}
