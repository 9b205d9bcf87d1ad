"""The beta frontier: the macro precision and recall reached as beta sweeps, in one training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.comparison.arms import BASELINE, OFFSETS_SUFFIX, ArmResult, Race, arm_from, with_offsets
from east.errors import SettingError

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.training import LaneResult, Outcome, TrainConfig

BETAS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)


@dataclass(frozen=True)
class FrontierPoint:
    """One arm at one beta: macro precision, macro recall and macro F_beta on the test part, `[S]` each.

    `beta` is None for a reference that knows no beta; `arm` holds its matrices.
    """

    key: str
    beta: float | None
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f: NDArray[np.float64]
    arm: ArmResult


@dataclass(frozen=True)
class Frontier:
    """The sweep of one loss, cross-entropy's curve under offsets tuned for each beta, cross-entropy itself."""

    loss: str
    points: tuple[FrontierPoint, ...]
    offsets: tuple[FrontierPoint, ...]
    reference: FrontierPoint | None

    @property
    def betas(self) -> tuple[float, ...]:
        """The betas swept, rising."""
        return tuple(point.beta for point in self.points if point.beta is not None)

    def race(self, outcome: Outcome) -> Race:
        """Return every arm of the frontier as one race, for its predictions: a key occurs once a beta."""
        points = (*self.points, *self.offsets, *((self.reference,) if self.reference else ()))
        arms = tuple(point.arm for point in points)
        return Race(outcome.metric, outcome.classes, np.asarray(outcome.test_targets, dtype=np.int64), arms)

    def nearest(self, beta: float) -> FrontierPoint:
        """Return the swept point whose beta is nearest on a logarithmic scale."""
        return min(self.points, key=lambda point: abs(np.log((point.beta or 1.0) / beta)))


def frontier_config(
    base: TrainConfig, betas: Sequence[float] = BETAS, *, loss: str = "east", reference: bool = True
) -> TrainConfig:
    """Set up one training whose lanes train for macro F_beta at each beta, and cross-entropy beside them.

    Raises:
        SettingError: for fewer than two betas, the same one twice, or one that is not above 0.
    """
    from east.metrics import fbeta
    from east.training import Arm

    wanted = sorted(float(beta) for beta in betas)
    if len(wanted) < 2 or len(set(wanted)) < len(wanted):
        raise SettingError("A frontier needs two betas or more, each once", wanted)
    metrics = [fbeta(beta=beta) for beta in wanted]
    arms = tuple(Arm(loss, metric) for metric in metrics)
    middle = fbeta(beta=1.0)
    extra = (Arm(BASELINE, middle),) if reference else ()
    return replace(base, metric=middle, arms=(*arms, *extra))


def frontier(outcome: Outcome, *, loss: str = "east") -> Frontier:
    """Place every beta of a training set up by `frontier_config` by its macro precision and recall.

    Raises:
        SettingError: when the loss was not trained for two betas or more.
    """
    lanes: dict[float, list[LaneResult]] = {}
    for lane in outcome.lanes:
        if lane.loss == loss and lane.metric.key == "fbeta":
            lanes.setdefault(float(lane.metric.options["beta"]), []).append(lane)
    if len(lanes) < 2:
        raise SettingError("A frontier needs a loss trained for two betas or more", loss)
    plain = [lane for lane in outcome.lanes if lane.loss == BASELINE and loss != BASELINE]
    points = tuple(_point(arm_from(lanes[beta], outcome.test_targets), beta) for beta in sorted(lanes))
    metrics = {beta: lanes[beta][0].metric for beta in sorted(lanes)}
    return Frontier(
        loss=loss,
        points=points,
        offsets=_offsets_curve(plain, outcome, metrics) if plain else (),
        reference=_point(arm_from(plain, outcome.test_targets), None) if plain else None,
    )


def _offsets_curve(
    plain: Sequence[LaneResult], outcome: Outcome, metrics: dict[float, Metric]
) -> tuple[FrontierPoint, ...]:
    """Tune the one cross-entropy model's offsets anew for each beta: what needs no new training."""
    arms = [(beta, with_offsets(plain, outcome, metric)) for beta, metric in metrics.items()]
    return tuple(_point(replace(arm, key=BASELINE + OFFSETS_SUFFIX), beta) for beta, arm in arms)


def _point(arm: ArmResult, beta: float | None) -> FrontierPoint:
    from east.metrics import fbeta, precision, recall

    return FrontierPoint(
        key=arm.key,
        beta=beta,
        precision=precision().scores(arm.hard),
        recall=recall().scores(arm.hard),
        f=fbeta(beta=beta or 1.0).scores(arm.hard),
        arm=arm,
    )
