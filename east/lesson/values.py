"""The values of a step's own trainings, by the names that its texts and claims use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.errors import SettingError
from east.lesson.steps import SIDES
from east.lesson.subjects import Subject, at_progress

if TYPE_CHECKING:
    from east.metrics import Metric

Floats = NDArray[np.float64]
MINUS, PERCENT = "−", "\u00a0%"


@dataclass(frozen=True)
class Value:
    """A number, for claims, and how it is written; shares are in percent, differences in points."""

    number: float
    text: str


def values_of(subjects: Sequence[Subject], moment: float) -> dict[str, Value]:
    """Collect the values of one or two panels: `left.` and `right.` each, and what they share.

    Args:
        subjects: the panels' arms, left first.
        moment: the training progress of the soft and hard scores, in [0, 1].

    Raises:
        LessonError: for a run without a result.
        SettingError: when there are no test rows.
    """
    values = dict(_shared(subjects))
    for side, subject in zip(SIDES, subjects, strict=False):
        found = {**dict(_of_panel(subject)), **dict(_along(subject, moment))}
        values |= {f"{side}.{name}": value for name, value in found.items()}
    return values


def _shared(subjects: Sequence[Subject]) -> Iterator[tuple[str, Value]]:
    """Yield rows, seeds, class shares and all scores of the left panel's run, and the lead over the right panel."""
    race = subjects[0].race
    yield "test_rows", _count(len(race.targets))
    yield "seeds", _count(len(race.seeds))
    for name, count in zip(race.classes, race.class_counts, strict=True):
        yield f"share.{name}", _percent(count / len(race.targets))
    for arm in subjects[0].of.arms():
        raced = Subject(subjects[0].of, arm).race
        yield f"score.{arm.key}", _score(float(arm.metric.scores(raced.results[0].hard).mean()), arm.metric)
    if len(subjects) == len(SIDES):
        yield from _lead(subjects[0], subjects[1])


def _lead(left: Subject, right: Subject) -> Iterator[tuple[str, Value]]:
    """Yield how far the left panel is above the right one in the left one's metric, with a 95 % interval."""
    from east.comparison import first_minus_second, pair_races

    try:
        pair = pair_races(left.race, left.arm, right.race, right.arm)
    except SettingError:
        return
    found, metric = first_minus_second(pair), left.arm.metric
    low, high = found.interval
    yield "lead", _points(found.value, metric)
    yield "lead.low", _points(low, metric)
    yield "lead.high", _points(high, metric)


def _of_panel(subject: Subject) -> Iterator[tuple[str, Value]]:
    """Yield what the test part says of an arm; several seeds are averaged."""
    from east.metrics import metric

    race, arm = subject.race, subject.arm
    hard = race.results[0].hard
    yield "metric", Value(float("nan"), arm.metric.label)
    yield "name", Value(float("nan"), arm.label)
    yield "score", _score(float(arm.metric.scores(hard).mean()), arm.metric)
    for name, measure in (("accuracy", metric("accuracy")), ("macro_f1", metric("fbeta"))):
        yield name, _score(float(measure.scores(hard).mean()), measure)
    if subject.of.problem is not None:
        yield "best", _score(subject.of.problem.best(arm.metric).score, arm.metric)
    for kind, shares in _by_class(hard).items():
        for name, share in zip(race.classes, shares, strict=True):
            yield f"{kind}.{name}", _percent(share)


def _by_class(hard: Floats) -> Mapping[str, Floats]:
    """Return recall, precision and share of predictions of each class, the means over seeds; 0 / 0 is 0."""
    right, true, predicted = hard.diagonal(axis1=1, axis2=2), hard.sum(axis=2), hard.sum(axis=1)
    pairs = {
        "recall": (right, true),
        "precision": (right, predicted),
        "predicted": (predicted, np.broadcast_to(true.sum(axis=1, keepdims=True), true.shape)),
    }
    return {
        kind: np.divide(part, whole, out=np.zeros_like(part), where=whole > 0).mean(axis=0)
        for kind, (part, whole) in pairs.items()
    }


def _along(subject: Subject, progress: float) -> Iterator[tuple[str, Value]]:
    """Yield soft and hard scores of the validation part: at the step's moment, and at the end."""
    history, measure = subject.of.run.history(), subject.arm.metric
    moments = {"": at_progress(history, progress) or history[-1], "_end": history[-1]}
    for ending, snapshot in moments.items():
        seen = snapshot.arm(subject.arm)
        yield f"soft{ending}", _score(seen.score_soft, measure)
        yield f"hard{ending}", _score(seen.score_hard, measure)
        yield f"gap{ending}", _points(seen.score_soft - seen.score_hard, measure)
        yield f"gap_size{ending}", _points(abs(seen.score_soft - seen.score_hard), measure)
        yield f"delta{ending}", _plain(seen.sharpness.delta)
        yield f"omega{ending}", _plain(seen.sharpness.omega)
        yield f"progress{ending}", _whole_percent(snapshot.progress)


def _percent(share: float) -> Value:
    return Value(100 * float(share), f"{100 * share:.1f}{PERCENT}")


def _whole_percent(share: float) -> Value:
    return Value(100 * float(share), f"{100 * share:.0f}{PERCENT}")


def _count(number: int) -> Value:
    return Value(float(number), f"{number:,}")


def _plain(number: float) -> Value:
    return Value(float(number), f"{number:.2g}")


def _score(value: float, metric: Metric) -> Value:
    number = value * metric.unit.factor
    return Value(number, _signed(number) + (PERCENT if metric.unit.factor > 1 else ""))


def _points(value: float, metric: Metric) -> Value:
    number = value * metric.unit.factor
    return Value(number, _signed(number))


def _signed(number: float) -> str:
    return f"{MINUS if round(number, 1) < 0 else ''}{abs(number):.1f}"
