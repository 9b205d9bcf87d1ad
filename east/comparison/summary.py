"""A comparison as plain JSON: what the command line prints and what a history keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from east.comparison.arms import ArmResult, race_from
from east.comparison.scores import Comparison, Difference, Score, compare
from east.comparison.verdict import verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from east.training import Outcome


def summary(outcome: Outcome) -> dict[str, Any]:
    """Summarise an outcome for `--json`: only numbers, strings, lists and dicts.

    Matrices are means over seeds on the test part, so their row sums are `class_counts`; `ci` is the
    95 % interval; `paired` holds EAST (or the first arm) minus each other loss. Tuned offsets are not a
    loss but a rule on a finished model: they stand in `rules`, with no `soft` matrix and their own `paired`.
    """
    return summarise(compare(race_from(outcome)))


def summarise(comparison: Comparison) -> dict[str, Any]:
    """Summarise a comparison that has been made."""
    race, judged = comparison.race, verdict(comparison)
    paired = {difference.second: _paired(difference) for difference in comparison.differences}
    scored = list(zip(race.arms, comparison.scores, strict=True))
    return {
        "metric": comparison.metric.label,
        "metric_key": comparison.metric.key,
        "metric_options": {name: _plain(value) for name, value in comparison.metric.options.items()},
        "classes": list(race.classes),
        "class_counts": [int(count) for count in race.class_counts],
        "seeds": list(race.seeds),
        "arms": {
            arm.key: {**_scored(arm, score), "soft": _mean(arm.soft)}
            for arm, score in scored
            if arm.soft is not None
        },
        "paired": {
            arm.key: paired[arm.key] for arm, _ in scored if arm.soft is not None and arm.key in paired
        },
        "rules": {
            arm.key: {**_scored(arm, score), "paired": paired.get(arm.key)}
            for arm, score in scored
            if arm.soft is None
        },
        "verdict": {"kind": judged.kind, "text": judged.text},
    }


def _scored(arm: ArmResult, score: Score) -> dict[str, Any]:
    return {
        "scores": list(score.values),
        "mean": score.mean,
        "ci": list(score.interval),
        "hard": _mean(arm.hard),
    }


def _paired(difference: Difference) -> dict[str, Any]:
    return {
        "difference": difference.value,
        "ci": list(difference.interval),
        "p": difference.p_value,
        "p_holm": difference.adjusted_p,
        "conclusion": difference.conclusion,
    }


def _mean(matrices: NDArray[Any]) -> list[list[float]]:
    return [[float(value) for value in row] for row in matrices.mean(axis=0)]


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
