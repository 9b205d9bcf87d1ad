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
        _not_shown_to_lead(comparison),
        _shown_to_be_worse(comparison, kind),
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
    costlier = ", and no costlier way is shown to be better" if comparison.steps[-1].differences else ""
    lucky = "with the networks of this seed, " if len(comparison.race.seeds) == 1 else ""
    return (
        f"{lucky}{_way(best)} got you there: in {lowered(comparison.metric.label)} {lowered(best.label)} is "
        f"{_above(comparison, best)}{costlier}."
    )


def _above(comparison: Comparison, best: Arm) -> str:
    """Give the distance from cross-entropy, or the steps that show it if the distance itself is not shown."""
    over = _over_baseline(comparison, best)
    shown = [over] if over.conclusion == "better" else _taken(comparison)[::-1]
    return ", which is ".join(
        f"above {lowered(found.second.label)} by {gap(found.value, found.interval, comparison.metric)}"
        for found in shown
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


def _over_baseline(comparison: Comparison, arm: Arm) -> Difference:
    return next(found for found in comparison.steps[0].differences if found.first == arm)


def _taken(comparison: Comparison) -> list[Difference]:
    """Return the difference that each step of the climb showed, in order."""
    return [
        next(found for found in step.differences if found.first == step.taken)
        for step in comparison.steps
        if step.taken is not None
    ]


def _steps(comparison: Comparison) -> str:
    """Say what each step added, if there was more than one and the headline has not told them."""
    taken = _taken(comparison)
    if len(taken) < 2 or _over_baseline(comparison, comparison.steps[-1].start).conclusion != "better":
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


def _not_shown_to_lead(comparison: Comparison) -> str:
    """Give the lead over each cheaper way that may be as good, though it is not shown to be above cross-entropy."""
    metric = comparison.metric
    close = [found for found in comparison.over_cheaper if found.conclusion != "better"]
    close.sort(key=lambda found: found.value)
    room = [f"{lowered(found.second.label)} {span(found.interval, metric)}" for found in close[:MOST_NAMED]]
    return (
        f"It is not shown to lead these cheaper ways; its lead, in {metric.unit.name}: {'; '.join(room)}."
        if room
        else ""
    )


def _shown_to_be_worse(comparison: Comparison, kind: Kind) -> str:
    """If nothing is shown to be better than cross-entropy, name the ways shown to be worse."""
    if comparison.steps[-1].start != comparison.race.baseline:
        return ""
    in_headline = {comparison.subject} if kind in ("worse", "worse_model") else set()
    worse = [found for found in _worse(comparison) if found.first not in in_headline]
    behind = [
        f"{lowered(found.first.label)} by {gap(found.value, found.interval, comparison.metric)}"
        for found in worse[:MOST_NAMED]
    ]
    return f"Shown to be worse than cross-entropy: {'; '.join(behind)}." if behind else ""


def _worse(comparison: Comparison) -> list[Difference]:
    """Return the ways shown to be worse than cross-entropy, the nearest first."""
    found = [found for found in comparison.steps[0].differences if found.conclusion == "worse"]
    return sorted(found, key=lambda difference: -difference.value)


def _nothing_gained(comparison: Comparison) -> tuple[Kind, str]:
    metric, differences = comparison.metric, comparison.steps[0].differences
    one_seed = len(comparison.race.seeds) == 1
    baseline = "the model of cross-entropy" if one_seed else "cross-entropy"
    worse = _worse(comparison)
    open_ways = [found for found in differences if found not in worse]
    own = next((found for found in worse if found.first == comparison.subject), None)
    if own is not None or not open_ways:
        behind = own or worse[0]
        others = "no other way is shown to be better" if open_ways else "every other way is worse too"
        return "worse_model" if one_seed else "worse", (
            f"{_named(comparison, behind.first)} is worse than {baseline} in {lowered(metric.label)}: by "
            f"{gap(behind.value, behind.interval, metric)}{f'; {others}' if len(differences) > 1 else ''}."
        )
    low = min(found.interval[0] for found in open_ways)
    high = max(found.interval[1] for found in open_ways)
    ways = names([lowered(found.first.label) for found in open_ways], "or")
    ways = ways if len(open_ways) <= MOST_NAMED else f"any of {len(open_ways)} other ways"
    if metric.unit.factor > 1 and max(-low, high) <= EQUAL:
        return "equal", (
            f"For practical purposes {baseline} does as well as {ways} in {lowered(metric.label)}: any "
            f"difference is likely below {amount(max(-low, high), metric)} {metric.unit.name}."
        )
    room = f"a difference could be anything from {span((low, high), metric)} {metric.unit.name}"
    scarce = _scarcest(comparison, open_ways)
    if scarce is not None:
        name, rows = comparison.race.classes[scarce], int(comparison.race.class_counts[scarce])
        return "too_few_rows", (
            f"Too few test rows of class {name!r} ({rows}) to tell {baseline} from {ways} in "
            f"{lowered(metric.label)}: {room}."
        )
    return "undecided", (
        f"No difference that this data can show in {lowered(metric.label)} between {baseline} and {ways}: {room}."
    )


def _scarcest(comparison: Comparison, differences: Sequence[Difference]) -> int | None:
    limiting = [found.limiting_class for found in differences if found.limiting_class is not None]
    return min(limiting, key=lambda place: comparison.race.class_counts[place], default=None)


def _in_rows(comparison: Comparison, best: Arm) -> str:
    """Say in rows what the best way (EAST, if no way is shown to be better) finds beyond cross-entropy."""
    baseline = comparison.race.baseline
    first = comparison.subject if best == baseline else best
    if baseline is None or first == baseline:
        return ""
    counted = items(class_changes(comparison.race, first, baseline), len(comparison.race.seeds))
    return f"{first.label} against cross-entropy on this test part: {counted}." if counted else ""


def _few_seeds(comparison: Comparison) -> str:
    return (
        "Run three seeds or more to separate the way from chance." if len(comparison.race.seeds) < 3 else ""
    )


def _named(comparison: Comparison, arm: Arm) -> str:
    """Name an arm; with one seed, name its model."""
    label = lowered(arm.label)
    return f"the {label} model of this seed" if len(comparison.race.seeds) == 1 else label
