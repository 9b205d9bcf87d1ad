"""A comparison as plain JSON, for the command line and the history of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from east.comparison.differences import Difference
from east.comparison.race import ArmResult, race_from
from east.comparison.references import References, ReferenceScore, reference_sentence
from east.comparison.scores import Comparison, Score, compare
from east.comparison.verdict import verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from east.training import Outcome


def summary(outcome: Outcome) -> dict[str, Any]:
    """Summarise an outcome for `--json`: only numbers, strings, lists and dicts.

    Matrices are means over seeds on the test part, so their row sums are `class_counts`; `ci` is the
    95 % interval; `paired` holds EAST (or the first arm) minus each other arm. An arm's name is its loss, or
    `loss+rule` with a fitted rule; `soft` belongs to the lanes that the arm reads.
    """
    return summarise(compare(race_from(outcome)))


def summarise(comparison: Comparison, references: References | None = None) -> dict[str, Any]:
    """Summarise a comparison, with its references if there are any."""
    race, judged = comparison.race, verdict(comparison)
    beside = references.scores if references is not None else ()
    stronger = reference_sentence(references, comparison) if references is not None else ""
    scored = zip(race.results, comparison.scores, strict=True)
    return {
        "metric": comparison.metric.label,
        "metric_key": comparison.metric.key,
        "metric_options": {name: _plain(value) for name, value in comparison.metric.options.items()},
        "classes": list(race.classes),
        "class_counts": [int(count) for count in race.class_counts],
        "seeds": list(race.seeds),
        "arms": {result.arm.key: _scored(result, score) for result, score in scored},
        "paired": {difference.second.key: _paired(difference) for difference in comparison.differences},
        "references": [_reference(one) for one in beside],
        "verdict": {"kind": judged.kind, "text": f"{judged.text} {stronger}".rstrip()},
    }


def _scored(result: ArmResult, score: Score) -> dict[str, Any]:
    return {
        "scores": list(score.values),
        "mean": score.mean,
        "ci": list(score.interval),
        "hard": _mean(result.hard),
        "soft": _mean(result.soft),
    }


def _reference(found: ReferenceScore) -> dict[str, Any]:
    return {
        "reference": found.key,
        "rule": found.rule,
        "label": found.label,
        "mean": found.score.mean,
        "ci": list(found.score.interval),
        "best_arm_minus_it": _paired(found.difference),
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
