"""The verdict in plain words, never stronger than the intervals behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from east.comparison.differences import Difference
from east.comparison.kinds import Verdict
from east.comparison.rivals import verdict_on_losses
from east.comparison.scores import Comparison
from east.comparison.square import verdict_on_ways
from east.comparison.wording import gap, lowered, span

if TYPE_CHECKING:
    from east.metrics import Metric


def verdict(comparison: Comparison) -> Verdict:
    """Say what the comparison shows and what it does not show.

    If rules or ensembles race, it names the cheapest way that is shown to be better than the one before and that
    no costlier way is shown to beat: see `climb`. If only losses race, it compares EAST with each of the others.
    """
    race = comparison.race
    if not comparison.differences:
        label = comparison.subject.label
        return Verdict("alone", f"{label} ran alone: there is nothing to compare it with.", ())
    if race.baseline is None or all(arm.plain for arm in race.arms):
        return verdict_on_losses(comparison)
    return verdict_on_ways(comparison)


def pair_sentence(difference: Difference, names: tuple[str, str], metric: Metric) -> str:
    """Say in one sentence what a paired difference of any two arms shows."""
    first, second = names
    measure, word = lowered(metric.label), difference.conclusion
    if word == "undecided":
        room = f"{span(difference.interval, metric)} {metric.unit.name}"
        return f"{first} is not shown to differ from {second} in {measure}: it could be anything from {room}."
    return f"{first} is {word} than {second} in {measure}: by {gap(difference.value, difference.interval, metric)}."
