"""The cheapest way that is enough: a rule is cheaper than another training, a training than an ensemble."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from east.comparison.differences import Difference

if TYPE_CHECKING:
    from east.training import Arm


@dataclass(frozen=True)
class Step:
    """The differences of all costlier arms minus one arm, corrected for their number, and the arm taken next.

    `taken` is the cheapest arm that is shown to be better, or None.
    """

    start: Arm
    differences: tuple[Difference, ...]
    taken: Arm | None


def climb(
    arms: Sequence[Arm], start: int, above: Callable[[int, Sequence[int]], tuple[Difference, ...]]
) -> tuple[Step, ...]:
    """Climb from an arm to the cheapest arm that no costlier arm is shown to beat.

    From where it stands, all costlier arms are compared with that arm, corrected for their number by Holm's
    rule, single arms and ensembles apart; it goes on to the cheapest that is shown to be better. It ends
    where none is. Because each step is only taken when the one before has been shown, and each controls its
    own family, equal arms lead to a step in at most 5 % of races.

    Args:
        arms: arms in any order; `cost` sorts them.
        start: position of the arm to begin with.
        above: returns the differences of the arms at several positions minus the arm at one position.
    """
    steps: list[Step] = []
    place: int | None = start
    while place is not None:
        costlier = [other for other in range(len(arms)) if cost(arms[other]) > cost(arms[place])]
        costlier.sort(key=lambda other: cost(arms[other]))
        differences = above(place, costlier) if costlier else ()
        shown = [found for found in differences if found.conclusion == "better"]
        shown.sort(key=lambda found: (cost(found.first), -found.value))
        better = [found.first for found in shown]
        steps.append(Step(arms[place], differences, better[0] if better else None))
        place = arms.index(better[0]) if better else None
    return tuple(steps)


def off_the_way(arms: Sequence[Arm], steps: Sequence[Step]) -> list[int]:
    """Return the positions of the arms that are cheaper than the end of a climb and that it left out."""
    if not steps:
        return []
    way = [step.start for step in steps]
    return [place for place, arm in enumerate(arms) if arm not in way and cost(arm) < cost(way[-1])]


def cost(arm: Arm) -> tuple[bool, int, bool]:
    """Return a sort key by effort for the user: a rule, then another training, then an ensemble."""
    training = ("reference", "rival", "ablation", "subject").index(arm.spec.role)
    return arm.ensemble, training, arm.rule != "argmax"
