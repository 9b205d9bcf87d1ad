"""Predictions of arms on the grid of a view: during training, or by their rules at the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from east.dataset import Regions, RegionView
from east.network import LaneNetwork, predict_probabilities
from east.rules.definition import sharpened
from east.training.outcome import ArmOutcome

Bytes = NDArray[np.uint8]
LEVELS = 255


class RegionReader:
    """Reads the decision regions of lanes during training, without changing it.

    The regions of an arm are those of its first seed: no network has the boundary of the mean over seeds, and
    the cost stays the same for any number of seeds.

    Args:
        view: the view to predict.
        device: device of the lanes.
    """

    def __init__(self, view: RegionView, device: torch.device) -> None:
        self._view = view
        rows = np.concatenate([view.features, view.points.features])
        self._rows = torch.as_tensor(rows, dtype=torch.float32, device=device)

    def read(self, network: LaneNetwork, parameters: Tensor) -> list[Regions]:
        """Return each arm's regions from the parameters `[lanes, P]` of its first lane."""
        first = parameters[:: network.num_seeds]
        top = network.evaluate(self._rows, first).softmax(dim=-1).topk(2, dim=-1)
        lead = (top.values[..., 0] - top.values[..., 1]).nan_to_num().mul(LEVELS).round()
        read = torch.stack([top.indices[..., 0].to(torch.uint8), lead.to(torch.uint8)], dim=1).cpu().numpy()
        return [_regions(self._view, classes, margins) for classes, margins in read]


def regions_of(found: ArmOutcome, view: RegionView, lane: int = 0) -> Regions:
    """Predict a view with a finished arm: the best checkpoint of a lane, or the ensemble, and its rule.

    With a fitted rule, the margin is the lead of the best expected price over the second, as a share of the
    largest lead on the view.

    Args:
        found: the arm's outcome.
        view: the view to predict.
        lane: index of the arm's seed; an ensemble ignores it.
    """
    rows = np.concatenate([view.features, view.points.features])
    lanes = found.lanes[: found.arm.members] if found.arm.ensemble else found.lanes[lane : lane + 1]
    mean = np.mean([predict_probabilities(own.weights, rows) for own in lanes], axis=0)
    rule = found.rules[0 if found.arm.ensemble else lane]
    values = sharpened(mean, rule.temperature) @ rule.prices
    second, first = np.sort(values, axis=1)[:, -2:].T
    lead = first - second
    scale = 1.0 if found.arm.rule == "argmax" else max(float(lead.max()), np.finfo(np.float64).tiny)
    margins = np.round(LEVELS * lead / scale).astype(np.uint8)
    return _regions(view, rule.decide(mean).astype(np.uint8), margins)


def _regions(view: RegionView, classes: Bytes, margins: Bytes) -> Regions:
    grid, shape = view.size**2, (view.size, view.size)
    return Regions(classes[:grid].reshape(shape), margins[:grid].reshape(shape), classes[grid:])


def read_all(
    reader: RegionReader | None, network: LaneNetwork, parameters: Tensor
) -> Sequence[Regions | None]:
    """Return every arm's regions, or None for each arm without a reader."""
    return [None] * network.num_arms if reader is None else reader.read(network, parameters)
