"""What a snapshot says of itself: whether the training rows are known far better than others."""

from __future__ import annotations

import math

import pytest

from east.metrics import Metric, metric
from east.training import Arm, ArmSnapshot
from tests.moments import EAST, lane


def snapshot(arm: Arm, *scores: tuple[float, float]) -> ArmSnapshot:
    """A snapshot of lanes, each with a training and a validation score."""
    lanes = tuple(
        lane(arm, seed, train_score=train, score_hard=hard) for seed, (train, hard) in enumerate(scores)
    )
    return ArmSnapshot(arm, lanes)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([(0.95, 0.13)], True),
        ([(0.70, 0.4999)], True),
        ([(0.70, 0.5001)], False),
        ([(0.70, 0.68)], False),
        ([(0.50, 0.90)], False),
        ([(0.9, 0.4999), (0.5, 0.5)], True),  # the means count
        ([(0.9, 0.5), (0.5, 0.5002)], False),
        ([(math.nan, 0.5)], False),
    ],
)
def test_a_fifth_of_the_range_is_far_above(scores: list[tuple[float, float]], expected: bool) -> None:
    assert snapshot(EAST, *scores).overfitted is expected


@pytest.mark.parametrize(
    ("measure", "reach"),
    [
        (metric("gain", matrix=[[10.0, 0.0], [0.0, 10.0]]), 10.0),
        (metric("gain", matrix=[[0.0, -4.0], [-1.0, 0.0]]), 4.0),  # costs alone: the best is 0
        (metric("gain", matrix=[[2.0, -4.0], [-1.0, 2.0]]), 2.0),
        (metric("mcc"), 1.0),
        (metric("accuracy"), 1.0),
    ],
)
def test_the_range_is_the_metrics_own_from_chance_on(measure: Metric, reach: float) -> None:
    arm, top = Arm("east", measure), measure.best
    assert snapshot(arm, (top, top - 0.21 * reach)).overfitted
    assert not snapshot(arm, (top, top - 0.19 * reach)).overfitted
