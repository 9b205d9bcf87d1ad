"""The beta frontier: the precision and recall reached as beta sweeps, in one training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from east.comparison.race import ArmResult, Race, result_of
from east.errors import SettingError

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.training import Arm, Outcome, TrainConfig

BETAS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)


@dataclass(frozen=True)
class FrontierPoint:
    """One arm at one beta: precision, recall and F_beta on the test part, `[S]` each, and the F_beta itself."""

    metric: Metric
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f: NDArray[np.float64]
    result: ArmResult

    @property
    def beta(self) -> float:
        """The beta it was trained or decided for."""
        return float(self.metric.options["beta"])

    @property
    def arm(self) -> Arm:
        """The arm it is of."""
        return self.result.arm


@dataclass(frozen=True)
class Frontier:
    """The ways to serve each beta: train for it, decide for it on the reference's model, or do both.

    Args:
        loss: the one that was trained for each beta.
        trained: its points by argmax, betas rising.
        decided: the reference's points under a rule fitted for each beta; () without a reference.
        both: the loss's own points under the rule; () without a reference.
        reference: the reference by argmax, which knows no beta; its `f` is F1.
        precision, recall: what the axes show, averaged like the F_beta that was trained for.
    """

    loss: str
    precision: Metric
    recall: Metric
    trained: tuple[FrontierPoint, ...]
    decided: tuple[FrontierPoint, ...]
    both: tuple[FrontierPoint, ...]
    reference: FrontierPoint | None

    @property
    def betas(self) -> tuple[float, ...]:
        """The betas swept, rising."""
        return tuple(point.beta for point in self.trained)

    def race(self, outcome: Outcome) -> Race:
        """Return every arm of the frontier as one race, for its predictions."""
        ends = (self.reference,) if self.reference else ()
        results = tuple(point.result for point in (*self.trained, *self.decided, *self.both, *ends))
        targets = np.asarray(outcome.test_targets, dtype=np.int64)
        return Race(outcome.metric, outcome.classes, targets, results)

    def nearest(self, beta: float) -> FrontierPoint:
        """Return the trained point whose beta is nearest on a logarithmic scale."""
        return min(self.trained, key=lambda point: abs(np.log(point.beta / beta)))


def frontier_config(
    base: TrainConfig,
    betas: Sequence[float] = BETAS,
    *,
    loss: str = "east",
    reference: str | None = "cross_entropy",
) -> TrainConfig:
    """Set up one training whose lanes train for F_beta at each beta, and a reference beside them.

    The F_beta is averaged like the metric of `base`, of one class where that is of one class; else macro.

    Raises:
        SettingError: for fewer than two betas, the same one twice, or one that is not above 0.
    """
    from east.metrics import fbeta
    from east.training import Arm

    wanted = sorted(float(beta) for beta in betas)
    if len(wanted) < 2 or len(set(wanted)) < len(wanted):
        raise SettingError("A frontier needs two betas or more, each once", wanted)
    averaged = averaging(base.metric)
    arms = [Arm(loss, fbeta(beta=beta, **averaged)) for beta in wanted]
    middle = fbeta(beta=1.0, **averaged)
    extra = [Arm(reference, middle)] if reference else []
    return replace(base, metric=middle, arms=(*arms, *extra))


def averaging(metric: Metric) -> dict[str, Any]:
    """Return the options by which a metric averages over classes; none where it does not."""
    return {name: metric.options[name] for name in ("average", "class_index") if name in metric.options}


def frontier(outcome: Outcome, *, loss: str = "east", rule: str = "offsets") -> Frontier:
    """Place every beta of a training set up by `frontier_config` by its macro precision and recall.

    Args:
        outcome: the finished training.
        loss: the one trained for each beta.
        rule: a key of RULES, fitted for each beta on the reference's lanes and on the loss's own.

    Raises:
        SettingError: when the loss was not trained for two betas or more.
    """
    from east.metrics import precision, recall

    arms = [found.arm for found in outcome.arms if found.arm.plain]
    own = [arm for arm in arms if arm.loss == loss and "beta" in arm.metric.options]
    if len(own) < 2:
        raise SettingError("A frontier needs a loss trained for two betas or more", loss)
    others = [arm for arm in arms if arm.loss != loss]
    plain = others[0] if others else None
    served = [replace(arm, rule=rule) for arm in own] if plain else []
    averaged = averaging(own[0].metric)
    return Frontier(
        loss=loss,
        precision=precision(**averaged).named(outcome.classes),
        recall=recall(**averaged).named(outcome.classes),
        trained=tuple(_point(arm, outcome) for arm in own),
        decided=_decided(plain, own, rule, outcome) if plain else (),
        both=tuple(_point(arm, outcome) for arm in served),
        reference=_point(plain, outcome) if plain else None,
    )


def _decided(plain: Arm, own: Sequence[Arm], rule: str, outcome: Outcome) -> tuple[FrontierPoint, ...]:
    """Fit the rule anew for each beta on the reference's lanes: what needs no new training."""
    from east.training.outcome import decide

    lanes, targets = outcome.arm(plain).lanes, outcome.validation_targets
    arms = [replace(plain, metric=arm.metric, rule=rule) for arm in own]
    return tuple(_scored(arm.metric, result_of(decide(arm, lanes, targets), outcome)) for arm in arms)


def _point(arm: Arm, outcome: Outcome) -> FrontierPoint:
    return _scored(arm.metric, result_of(outcome.arm(arm), outcome))


def _scored(metric: Metric, result: ArmResult) -> FrontierPoint:
    from east.metrics import precision, recall

    averaged = averaging(metric)
    return FrontierPoint(
        metric=metric,
        precision=precision(**averaged).scores(result.hard),
        recall=recall(**averaged).scores(result.hard),
        f=metric.scores(result.hard),
        result=result,
    )
