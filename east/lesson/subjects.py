"""What a step looks at: the finished training of each panel, and its arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from east.errors import LessonError

if TYPE_CHECKING:
    from east.comparison import Race
    from east.dataset import Regions, RegionView
    from east.run import Machine, Run
    from east.synthetic import BestOverView, Problem
    from east.training import Arm, Outcome, Snapshot

BEST_GRID = 120


@dataclass(frozen=True, eq=False)
class PanelRun:
    """The finished run behind a panel, and the made problem it was trained on, if it was one."""

    run: Run
    problem: Problem | None = None

    @property
    def outcome(self) -> Outcome:
        """The run's outcome.

        Raises:
            LessonError: when the run has none.
        """
        if self.run.outcome is None:
            raise LessonError("This step's training gave no result", self.run.state.reason)
        return self.run.outcome

    @property
    def machine(self) -> Machine:
        """The training itself.

        Raises:
            LessonError: when it could not be made.
        """
        if self.run.machine is None:
            raise LessonError("This step's training could not begin", self.run.state.reason)
        return self.run.machine

    @property
    def view(self) -> RegionView | None:
        """What the regions are drawn over; None for a table without two numeric columns."""
        return self.machine.view

    def arms(self) -> tuple[Arm, ...]:
        """Return the arms that raced, without the ensembles."""
        return tuple(found.arm for found in self.outcome.arms if not found.arm.ensemble)

    def arm(self, loss: str, rule: str) -> Arm:
        """Return the arm of a loss and a rule.

        Raises:
            LessonError: for one that did not race.
        """
        for arm in self.arms():
            if (arm.loss, arm.rule) == (loss, rule):
                return arm
        there = ", ".join(f"{arm.loss} with {arm.rule}" for arm in self.arms())
        raise LessonError("A panel's loss did not race with this rule", f"{loss} with {rule}", f"use {there}")


@dataclass(frozen=True, eq=False)
class Subject:
    """An arm of a finished run, at any moment of it."""

    of: PanelRun
    arm: Arm

    @property
    def race(self) -> Race:
        """The arm alone on the test part.

        Raises:
            SettingError: when there are no test rows.
        """
        from east.comparison import race_from

        return race_from(self.of.outcome, [self.arm])

    def regions(self, moment: Snapshot | None) -> Regions | None:
        """Return the arm's predictions over the run's view: at a moment, or by its best checkpoint and its rule."""
        from east.training import regions_of

        if self.of.view is None:
            return None
        if moment is None or not self.arm.plain:
            return regions_of(self.of.outcome.arm(self.arm), self.of.view)
        return moment.arm(self.arm).regions

    def hard(self, moment: Snapshot | None) -> NDArray[np.float64]:
        """Return the hard matrix `[K, K]`: of the validation rows at a moment, or of the test rows at the end."""
        if moment is None or not self.arm.plain:
            return self.race.results[0].mean_hard
        return moment.arm(self.arm).hard

    def soft(self, moment: Snapshot | None) -> NDArray[np.float64]:
        """Return the soft matrix `[K, K]`: of the validation rows at a moment, or of the test rows at the end."""
        if moment is None:
            return np.asarray(self.race.results[0].soft.mean(axis=0))
        return moment.arm(self.arm).soft

    def best(self) -> BestOverView | None:
        """Decide over the view as is best for the metric, and for accuracy; None where that is unknown."""
        from east.synthetic import best_over_view

        problem, view = self.of.problem, self.of.view
        if problem is None or view is None:
            return None
        return best_over_view(problem, self.arm.metric, view, self.of.machine.dataset, BEST_GRID)


def at_progress(history: Sequence[Snapshot], progress: float) -> Snapshot | None:
    """Return the snapshot nearest to a progress in [0, 1]; None stands for the end.

    The one before the first step is of an untrained network: only a progress of 0 asks for it.
    """
    history = [snapshot for snapshot in history if snapshot.step or not progress]
    if progress >= 1.0 or not history:
        return None
    return min(history, key=lambda snapshot: abs(snapshot.progress - progress))
