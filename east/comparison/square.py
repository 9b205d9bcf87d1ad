"""The verdict on a race of ways: decide for the metric, train for it, both, alone or as an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from east.comparison.classes import class_changes
from east.comparison.differences import Difference
from east.comparison.kinds import EQUAL, SUFFICED, Kind, Verdict
from east.comparison.scores import Comparison
from east.comparison.wording import amount, gap, items, lowered, names, span

if TYPE_CHECKING:
    from east.training import Arm

MOST_NAMED = 3


def verdict_on_ways(comparison: Comparison) -> Verdict:
    """Name the cheapest way that no costlier way is shown to beat, or say that no difference is shown."""
    best = comparison.steps[-1].start
    if best == comparison.race.baseline:
        kind, headline = _nothing_gained(comparison)
    else:
        kind, headline = _kind(best, len(comparison.race.seeds)), _gained(comparison, best)
    details = (
        _steps(comparison),
        _not_shown_to_add(comparison),
        _in_rows(comparison, best),
        _few_seeds(comparison),
        comparison.population,
    )
    return Verdict(kind, headline[0].upper() + headline[1:], tuple(filter(None, details)))


def _kind(best: Arm, seeds: int) -> Kind:
    if best.ensemble:
        return "ensemble"
    if best.spec.role == "subject":
        return "both" if not best.plain else "better" if seeds > 1 else "better_model"
    return SUFFICED[best.spec.group] if best.plain else "rule_enough"


def _gained(comparison: Comparison, best: Arm) -> str:
    over = _over_baseline(comparison, best)
    costlier = ", and no costlier way is shown to be better" if comparison.steps[-1].differences else ""
    return (
        f"{_way(best)} got you there: {_named(comparison, best)} is above cross-entropy in "
        f"{lowered(comparison.metric.label)} by {gap(over.value, over.interval, comparison.metric)}{costlier}."
    )


def _way(arm: Arm) -> str:
    """Say what an arm adds to cross-entropy by argmax."""
    trained = arm.spec.role != "reference"
    decided = arm.rule != "argmax"
    if trained and arm.spec.role != "subject":
        what = arm.spec.alone_text.removesuffix(" alone") if decided else arm.spec.alone_text
        what += " and a rule for the metric" if decided else ""
    elif trained:
        what = "training and deciding for the metric" if decided else "training for the metric"
    else:
        what = "deciding for the metric" if decided else "an ensemble"
    return f"an ensemble, and {what}," if arm.ensemble and (trained or decided) else what


def _steps(comparison: Comparison) -> str:
    """Say what each step added, if there was more than one."""
    taken = [
        next(found for found in step.differences if found.first == step.taken)
        for step in comparison.steps
        if step.taken is not None
    ]
    if len(taken) < 2:
        return ""
    added = [
        f"{lowered(found.first.label)} adds {gap(found.value, found.interval, comparison.metric)} to "
        f"{lowered(found.second.label)}"
        for found in taken
    ]
    return f"Step by step: {'; '.join(added)}."


def _not_shown_to_add(comparison: Comparison) -> str:
    """Give the interval of each costlier way that may still be better."""
    metric, last = comparison.metric, comparison.steps[-1]
    if last.start == comparison.race.baseline:
        return ""
    open_ways = [found for found in last.differences if found.interval[1] > 0]
    open_ways.sort(key=lambda found: -found.value)
    room = [
        f"{lowered(found.first.label)} {span(found.interval, metric)}" for found in open_ways[:MOST_NAMED]
    ]
    return f"Costlier ways may still add, in {metric.unit.name}: {'; '.join(room)}." if room else ""


def _nothing_gained(comparison: Comparison) -> tuple[Kind, str]:
    metric, differences = comparison.metric, comparison.steps[0].differences
    own = next((found for found in differences if found.first == comparison.subject), None)
    if own is not None and own.conclusion == "worse":
        return "worse" if len(comparison.race.seeds) > 1 else "worse_model", (
            f"{_named(comparison, own.first)} is worse than cross-entropy in {lowered(metric.label)}: by "
            f"{gap(own.value, own.interval, metric)}; no other way is shown to be better."
        )
    low = min(found.interval[0] for found in differences)
    high = max(found.interval[1] for found in differences)
    ways = names([lowered(found.first.label) for found in differences], "or")
    ways = ways if len(differences) <= MOST_NAMED else f"any of {len(differences)} other ways"
    if metric.unit.factor > 1 and max(-low, high) <= EQUAL:
        return "equal", (
            f"For practical purposes cross-entropy does as well as {ways} in {lowered(metric.label)}: any "
            f"difference is likely below {amount(max(-low, high), metric)} {metric.unit.name}."
        )
    room = f"a difference could be anything from {span((low, high), metric)} {metric.unit.name}"
    scarce = _scarcest(comparison, differences)
    if scarce is not None:
        name, rows = comparison.race.classes[scarce], int(comparison.race.class_counts[scarce])
        return "too_few_rows", (
            f"Too few test rows of class {name!r} ({rows}) to tell cross-entropy from {ways} in "
            f"{lowered(metric.label)}: {room}."
        )
    return "undecided", (
        f"No difference that this data can show in {lowered(metric.label)} between cross-entropy and {ways}: {room}."
    )


def _scarcest(comparison: Comparison, differences: Sequence[Difference]) -> int | None:
    limiting = [found.limiting_class for found in differences if found.limiting_class is not None]
    return min(limiting, key=lambda place: comparison.race.class_counts[place], default=None)


def _over_baseline(comparison: Comparison, arm: Arm) -> Difference:
    return next(found for found in comparison.steps[0].differences if found.first == arm)


def _in_rows(comparison: Comparison, best: Arm) -> str:
    """Say in rows what the best way (EAST, if no way is shown to be better) finds beyond cross-entropy."""
    baseline = comparison.race.baseline
    first = comparison.subject if best == baseline else best
    if baseline is None or first == baseline:
        return ""
    counted = items(class_changes(comparison.race, first, baseline), len(comparison.race.seeds))
    return f"{lowered(first.label)} against cross-entropy on this test part: {counted}." if counted else ""


def _few_seeds(comparison: Comparison) -> str:
    return (
        "Run three seeds or more to separate the way from chance." if len(comparison.race.seeds) < 3 else ""
    )


def _named(comparison: Comparison, arm: Arm) -> str:
    """Name an arm; with one seed, name its model."""
    label = lowered(arm.label)
    return f"the {label} model of this seed" if len(comparison.race.seeds) == 1 else label
