"""What networks that are trained already decide for other metrics: found once each, and ahead of a slider."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from east.run import Background
from pages.shared import session

if TYPE_CHECKING:
    from east.comparison import Race
    from east.metrics import Metric
    from east.run import Run
    from east.training import Arm, ArmOutcome, Outcome

MOST_KEPT = 100


class Decisions:
    """Decisions of a run's arms under one kind of rule.

    Args:
        outcome: what the run came to.
        rule: a key of RULES.
        together: whether the lanes of an arm decide as an ensemble.
    """

    def __init__(self, outcome: Outcome, rule: str, together: bool) -> None:
        self._outcome, self._rule, self._together = outcome, rule, together
        self._known: dict[tuple[Arm, Metric], ArmOutcome] = {}

    def of(self, arm: Arm, metric: Metric) -> ArmOutcome:
        """Return what an arm decides for a metric."""
        from east.comparison import decision_for

        found = self._known.get((arm, metric))
        if found is None:
            found = decision_for(self._outcome, arm, metric, self._rule, together=self._together)
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[arm, metric] = found
        return found

    def find(self, arms: Sequence[Arm], metrics: Sequence[Metric]) -> Generator[Metric, None, None]:
        """Find what arms decide for metrics; yields each metric when that is done."""
        for metric in metrics:
            for arm in arms:
                self.of(arm, metric)
            yield metric


def decisions(run: Run, outcome: Outcome, race: Race, rule: str) -> Decisions:
    """Return the decisions of a run's arms, as many together as the race has seeds."""
    together = len(race.seeds) > 1
    return session.once("decisions", (run.id, rule, together), lambda: Decisions(outcome, rule, together))


def find_ahead(run: Run, known: Decisions, arms: Sequence[Arm], metrics: Sequence[Metric]) -> None:
    """Find in a thread what arms decide for metrics that may be asked for, the likeliest first; once for each set."""
    mark = (run.id, id(known), tuple(arms), frozenset(metrics))
    session.once("decisions_ahead", mark, lambda: Background(lambda: known.find(arms, metrics)).start())
