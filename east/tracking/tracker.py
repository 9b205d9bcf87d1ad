"""What every tracker does: it turns each evaluation and the end of a run into named numbers."""

from __future__ import annotations

import logging
import math
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from east.errors import SettingError
from east.run import Keeper

if TYPE_CHECKING:
    from east.run import Machine, RunState
    from east.training import ArmSnapshot, Outcome, Snapshot, TrainConfig

NUMBERS: Mapping[str, Callable[[ArmSnapshot], float]] = {
    "validation": lambda arm: arm.score_hard,
    "validation_soft": lambda arm: arm.score_soft,
    "train": lambda arm: arm.train_score,
    "loss": lambda arm: arm.loss_value,
    "gradient_norm": lambda arm: arm.gradient_norm,
    "delta": lambda arm: arm.sharpness.delta,
    "omega": lambda arm: arm.sharpness.omega,
}
"""What is written of each arm at each evaluation, means over its lanes; scores are of the run's metric."""
logger = logging.getLogger(__name__)


class Tracker(Keeper):
    """Writes a run's numbers to another tool; a tool that fails costs the run nothing.

    Args:
        title: of the run, for people.
        destination: of the numbers, as the tool names it: a folder or an address.
    """

    def __init__(self, title: str, destination: str) -> None:
        self.title, self.destination = title, destination
        self._problem: SettingError | None = None

    @abstractmethod
    def open(self, settings: Mapping[str, str]) -> None:
        """Begin the tool's run, with the settings of the training."""

    @abstractmethod
    def write(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write named numbers that belong to a step."""

    @abstractmethod
    def close(self, status: str) -> None:
        """End the tool's run, "finished" or otherwise."""

    def began(self, machine: Machine) -> None:
        """Begin the tool's run."""
        self._try(lambda: self.open(settings_of(machine.config)))

    def moment(self, machine: Machine, snapshot: Snapshot, *, at_rest: bool = False) -> None:
        """Write the numbers of an evaluation."""
        self._try(lambda: self.write(snapshot.step, evaluation_numbers(snapshot)))

    def ended(self, state: RunState, outcome: Outcome | None) -> None:
        """Write the test scores, and end the tool's run."""
        if outcome is not None:
            self._try(lambda: self.write(outcome.steps, outcome_numbers(outcome)))
        self._try(lambda: self.close(state.status))

    @property
    def problem(self) -> SettingError | None:
        """Why the tool could not write; None where it could."""
        return self._problem

    @property
    def status_text(self) -> str:
        """Say where the numbers are."""
        return "" if self._problem else f"Numbers are in {self.destination}."

    def _try(self, act: Callable[[], None]) -> None:
        """Do it; after the first failure nothing is tried again."""
        if self._problem is not None:
            return
        try:
            act()
        except Exception as error:  # whatever the tool raises, the training goes on
            logger.debug("Tracking in %s failed", self.destination, exc_info=True)
            reason = str(error).split("\n")[0] or type(error).__name__
            what = f"The run's numbers cannot be written to {self.destination}"
            self._problem = SettingError(what, reason, "the training went on; see whether it can be reached")


def settings_of(config: TrainConfig) -> dict[str, str]:
    """Return the settings of a training as text."""
    from east.training import OPTIONS

    chosen = {name: getattr(config, name) for name in ("losses", "rules", "seeds", *OPTIONS)}
    return {"metric": config.metric.label, **{name: _text(value) for name, value in chosen.items()}}


def evaluation_numbers(snapshot: Snapshot) -> dict[str, float]:
    """Return what is written at an evaluation: `arm/name` for each name of `NUMBERS`, where it is finite."""
    found = {f"{arm.arm.key}/{name}": read(arm) for arm in snapshot.arms for name, read in NUMBERS.items()}
    return {name: value for name, value in found.items() if math.isfinite(value)}


def outcome_numbers(outcome: Outcome) -> dict[str, float]:
    """Return `arm/test`: the metric on the test part under the arm's rule, the mean over its seeds."""
    from east.comparison import race_from

    if not len(outcome.test_targets):
        return {}
    return {
        f"{result.arm.key}/test": float(outcome.metric.scores(result.hard).mean())
        for result in race_from(outcome).results
    }


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
