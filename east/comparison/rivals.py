"""The verdict on a race of losses: EAST against each of the others."""

from __future__ import annotations

from collections.abc import Sequence

from east.comparison.classes import class_changes
from east.comparison.differences import Difference
from east.comparison.kinds import EQUAL, SUFFICED, Kind, Verdict
from east.comparison.scores import Comparison
from east.comparison.wording import amount, gap, items, lowered, names, span


def verdict_on_losses(comparison: Comparison) -> Verdict:
    """Say whether the subject is better than its rivals, and whether a simpler one did as well."""
    kind, headline = _judge(comparison)
    return Verdict(kind, headline[0].upper() + headline[1:], tuple(filter(None, _details(comparison, kind))))


def _judge(comparison: Comparison) -> tuple[Kind, str]:
    lost = _of(comparison.differences, "worse")
    won = _of(comparison.differences, "better")
    enough = _enough(comparison)
    one_seed = len(comparison.race.seeds) == 1
    if lost:
        return "worse_model" if one_seed else "worse", _worse(comparison, lost, won)
    if len(won) == len(comparison.differences):
        return "better_model" if one_seed else "better", _better(comparison, won)
    if enough:
        return _what_sufficed(enough)[0], _enough_text(comparison, enough)
    if won:
        return "better_than_some", _better_than_some(comparison, won)
    return _nothing_shown(comparison)


def _better(comparison: Comparison, won: Sequence[Difference]) -> str:
    least = min(won, key=lambda difference: difference.value)
    evidence = gap(least.value, least.interval, comparison.metric)
    if len(won) == 1:
        rival = _rivals(comparison, won)
        return f"{_subject(comparison)} is better than {rival} in {_metric(comparison)}: by {evidence}."
    return (
        f"{_subject(comparison)} is better than all {len(won)} rivals in {_metric(comparison)}: "
        f"the nearest, {_rivals(comparison, [least])}, is behind by {evidence}."
    )


def _better_than_some(comparison: Comparison, won: Sequence[Difference]) -> str:
    """Begin with cross-entropy, because readers look for it first."""
    undecided = _of(comparison.differences, "undecided")
    nearest = min(won, key=lambda difference: difference.value)
    by = "by" if len(won) == 1 else "the nearer by" if len(won) == 2 else "the nearest by"
    beats = f"better than {_rivals(comparison, won)}, {by} {gap(nearest.value, nearest.interval, comparison.metric)}"
    baseline = next(
        (difference for difference in undecided if difference.second == comparison.race.baseline), None
    )
    if baseline is None:
        rest = _rivals(comparison, undecided, "or")
        return f"In {_metric(comparison)} {_subject(comparison)} is {beats}, but is not shown to differ from {rest}."
    others = [difference for difference in undecided if difference is not baseline]
    room = f"{span(baseline.interval, comparison.metric)} {comparison.metric.unit.name}"
    nor = f", nor from {_rivals(comparison, others, 'or')}" if others else ""
    return (
        f"In {_metric(comparison)} {_subject(comparison)} is not shown to differ from "
        f"{_rivals(comparison, [baseline])} ({room}){nor}; it is {beats}."
    )


def _worse(comparison: Comparison, lost: Sequence[Difference], won: Sequence[Difference]) -> str:
    worst = min(lost, key=lambda difference: difference.value)
    evidence = gap(worst.value, worst.interval, comparison.metric)
    others = [difference for difference in lost if difference is not worst]
    also = f"; it is also behind {_rivals(comparison, others)}" if others else ""
    ahead = f"; it is ahead of {_rivals(comparison, won)}" if won else ""
    return (
        f"{_subject(comparison)} is worse than {_rivals(comparison, [worst])} in {_metric(comparison)}: "
        f"by {evidence}{also}{ahead}."
    )


def _enough(comparison: Comparison) -> list[Difference]:
    """Return the simpler rivals that beat cross-entropy and that the subject is not shown to beat."""
    beaten = {difference.second for difference in _of(comparison.differences, "better")}
    return [over for over in _of(comparison.over_baseline, "better") if over.first not in beaten]


def _what_sufficed(enough: Sequence[Difference]) -> tuple[Kind, str]:
    """Return the kind, and the first words of the sentence about the best of the simpler rivals."""
    best = max(enough, key=lambda over: over.value).first
    if best.plain:
        return SUFFICED[best.spec.group], best.spec.alone_text
    return "rule_enough", f"{best.label[:1].upper()}{best.label[1:]} alone"


def _enough_text(comparison: Comparison, enough: Sequence[Difference]) -> str:
    best = max(enough, key=lambda over: over.value)
    unit = comparison.metric.unit.name
    direct = comparison.difference(best.first)
    return (
        f"{_what_sufficed(enough)[1]} got you there: {lowered(best.first.label)} is above cross-entropy in "
        f"{_metric(comparison)} by {gap(best.value, best.interval, comparison.metric)}, and "
        f"{_subject(comparison)} is not shown to differ from it ({span(direct.interval, comparison.metric)} {unit})."
    )


def _nothing_shown(comparison: Comparison) -> tuple[Kind, str]:
    factor, unit = comparison.metric.unit
    rivals = _rivals(comparison, comparison.differences, "or")
    scarce = [d.limiting_class for d in comparison.differences if d.limiting_class is not None]
    reach = max(max(-difference.interval[0], difference.interval[1]) for difference in comparison.differences)
    if factor > 1 and reach <= EQUAL:
        return "equal", (
            f"For practical purposes {_subject(comparison)} does not differ from {rivals} in {_metric(comparison)}: "
            f"any difference is likely below {amount(reach, comparison.metric)} {unit}."
        )
    # The union of all intervals: none of them alone holds for every rival.
    lows, highs = zip(*(difference.interval for difference in comparison.differences), strict=True)
    subject, measure = _subject(comparison), _metric(comparison)
    room = f"could be anything from {span((min(lows), max(highs)), comparison.metric)} {unit}"
    if scarce:
        place = min(scarce, key=lambda index: comparison.race.class_counts[index])
        name, rows = comparison.race.classes[place], int(comparison.race.class_counts[place])
        return "too_few_rows", (
            f"Too few test rows of class {name!r} ({rows}) to tell {subject} from {rivals} in {measure}: "
            f"the difference {room}."
        )
    return "undecided", (
        f"No difference that this data can show in {measure} between {subject} and {rivals}: it {room}."
    )


def _details(comparison: Comparison, kind: Kind) -> list[str]:
    return [
        _so_did(comparison, kind),
        _in_rows(comparison),
        _what_would_help(comparison, kind),
        _correction(comparison),
        comparison.population,
    ]


def _so_did(comparison: Comparison, kind: Kind) -> str:
    """Name the other simpler rivals that were enough: the reader may prefer one of them."""
    enough = _enough(comparison)
    if not kind.endswith("_enough") or len(enough) < 2:
        return ""
    others = sorted(enough, key=lambda over: -over.value)[1:]
    return f"So did {names([lowered(over.first.label) for over in others])}."


def _in_rows(comparison: Comparison) -> str:
    rivals = [difference.second for difference in comparison.differences]
    baseline = comparison.race.baseline
    rival = baseline if baseline in rivals else rivals[0]
    changes = class_changes(comparison.race, comparison.subject, rival)
    counted = items(changes, len(comparison.race.seeds))
    return f"Against {lowered(rival.label)} on this test part: {counted}." if counted else ""


def _what_would_help(comparison: Comparison, kind: Kind) -> str:
    if len(comparison.race.seeds) < 3:
        return "Run three seeds or more to separate the loss from chance."
    if kind not in ("undecided", "too_few_rows", "better_than_some"):
        return ""
    unsettled = _of(comparison.differences, "undecided")
    rows = sum(difference.row_share for difference in unsettled) / len(unsettled)
    if rows > 0.5:
        return "Most of the uncertainty comes from the test rows: use a larger test part."
    return "Most of the uncertainty comes from the seeds: run more seeds."


def _correction(comparison: Comparison) -> str:
    """Explain the correction for several rivals, in particular where it overrules an interval."""
    rivals = len(comparison.differences)
    if rivals < 2:
        return ""
    overruled = [
        difference
        for difference in _of(comparison.differences, "undecided")
        if difference.interval[0] > 0 or difference.interval[1] < 0
    ]
    if overruled:
        return (
            f"On its own, the interval against {_rivals(comparison, overruled, 'or')} excludes zero, but after "
            f"Holm's correction for {rivals} rivals the difference is not significant."
        )
    if len(_of(comparison.differences, "undecided")) == rivals:
        return ""
    return f'Every "better" and "worse" here holds after Holm\'s correction for {rivals} rivals.'


def _of(differences: Sequence[Difference], conclusion: str) -> list[Difference]:
    return [difference for difference in differences if difference.conclusion == conclusion]


def _subject(comparison: Comparison) -> str:
    """Name the subject; with one seed, name its model, because one seed cannot judge the loss."""
    label = comparison.subject.label
    return f"the {label} model of this seed" if len(comparison.race.seeds) == 1 else label


def _rivals(comparison: Comparison, differences: Sequence[Difference], joined_by: str = "and") -> str:
    """Name rivals, or count them if the list is too long to read."""
    if len(differences) == len(comparison.differences) > 3:
        return f"any of its {len(differences)} rivals"
    labels = names([lowered(difference.second.label) for difference in differences], joined_by)
    if len(comparison.race.seeds) > 1:
        return labels
    return f"the {'model' if len(differences) == 1 else 'models'} of {labels}"


def _metric(comparison: Comparison) -> str:
    return lowered(comparison.metric.label)
