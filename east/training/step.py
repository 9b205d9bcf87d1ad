"""One step of every lane: gather, forward, backward, clip, update, average. It never waits for the device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from east.losses import Loss
from east.network import LaneNetwork
from east.training.config import TrainConfig
from east.training.ranks import Ranks
from east.training.rows import Rows


class Moment(NamedTuple):
    """What changes from step to step: numbers, or tensors of no dimension where a CUDA graph reads them.

    Args:
        progress: share of the training that is done, in [0, 1].
        rate: learning rate.
        share: share of the new weights in the averaged ones.
    """

    progress: float | Tensor
    rate: float | Tensor
    share: float | Tensor


class Batch(NamedTuple):
    """Row numbers `[seeds, B]`, and the dropout masks `[seeds, B, width]` of the hidden layers, or none."""

    rows: Tensor
    masks: Sequence[Tensor]


class Taken(NamedTuple):
    """What a step leaves behind: losses and gradient norms `[lanes]`, logits `[lanes, B, K]`, labels `[seeds, B]`."""

    loss_values: Tensor
    gradient_norms: Tensor
    logits: Tensor
    labels: Tensor


class Step:
    """Takes a step of all lanes.

    Args:
        network: the lanes.
        losses: one for each arm.
        averages: averaged weights `[lanes, P]`, changed in place.
        optimiser: of the network's parameters.
        rows: the training rows.
        config: precision and clipping.
        ranks: whose mean gradient counts; each rank's losses are scaled for it.
    """

    def __init__(
        self,
        network: LaneNetwork,
        losses: Sequence[Loss],
        averages: Tensor,
        optimiser: torch.optim.Optimizer,
        rows: Rows,
        config: TrainConfig,
        ranks: Ranks,
    ) -> None:
        self._network, self._losses, self._averages = network, losses, averages
        self.optimiser, self._rows, self._config = optimiser, rows, config
        self._ranks = ranks

    def __call__(self, batch: Batch, moment: Moment) -> Taken:
        """Take one step."""
        network, device = self._network, self._averages.device
        inputs, labels = self._rows.features[batch.rows], self._rows.targets[batch.rows]
        half = self._config.precision == "bfloat16"
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
            logits = network.logits(inputs, batch.masks)
        values = torch.cat(
            [
                loss(lane_logits, labels, moment.progress)
                for loss, lane_logits in zip(self._losses, logits.chunk(len(self._losses)), strict=True)
            ]
        )
        network.backward(values)
        self._ranks.average_(network.gradients)
        norms = self._clip()
        for group in self.optimiser.param_groups:
            group["lr"] = moment.rate
        self.optimiser.step()
        self._averages.lerp_(network.parameters, moment.share)
        return Taken(values.detach(), norms, logits.detach(), labels)

    def _clip(self) -> Tensor:
        """Scale each lane's gradient to a norm of at most `clip`; returns the norms before, `[lanes]`."""
        gradients, limit = self._network.gradients, self._config.clip
        norms: Tensor = gradients.norm(dim=1)
        gradients.mul_((limit / norms.clamp_min(limit)).unsqueeze(1))
        return norms
