"""The trainings behind the steps of a lesson, prepared once for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import LessonError
from east.lesson import PanelRun, Preparations, Subject, Value, values_of
from east.run import Run
from pages.lesson import library
from pages.lesson.requests import request_of
from pages.shared import problems

if TYPE_CHECKING:
    from east.lesson import Step
    from pages.shared.request import TrainingRequest
    from pages.shared.settings import Settings

MOST_RUNS = 12
WAIT_S = 0.1
# Nobody watches these trainings, and everybody moves through them afterwards.
SNAPSHOT_SHARE = 0.5


@dataclass(frozen=True)
class Place:
    """A step of a lesson's file as it is now; `number` counts from 1."""

    lesson: str
    version: int
    number: int

    @property
    def step(self) -> Step:
        """The step itself."""
        return library.lesson(self.lesson).steps[self.number - 1]


@dataclass(frozen=True, eq=False)
class PreparedStep:
    """A step's finished trainings: the arm and the request of each panel, and the values its texts name."""

    subjects: tuple[Subject, ...]
    requests: tuple[TrainingRequest, ...]
    values: dict[str, Value]


class Trainings:
    """Trains what steps need; panels of the same settings share one run."""

    def __init__(self) -> None:
        self._runs: dict[Settings, tuple[PanelRun, TrainingRequest]] = {}
        self._steps: Preparations[Place, PreparedStep] = Preparations(self._prepare)
        self.current: Run | None = None

    def open(self, place: Place) -> None:
        """Ask for a step, and for the next one behind it."""
        count = len(library.lesson(place.lesson).steps)
        later = range(place.number + 1, min(place.number + 1, count) + 1)
        self._steps.want(place, *(Place(place.lesson, place.version, number) for number in later))

    def get(self, place: Place) -> PreparedStep | None:
        """Return a prepared step, or None while it is not."""
        return self._steps.get(place)

    def problem(self, place: Place) -> str | None:
        """Return in one sentence why a step cannot be prepared, or None."""
        return self._steps.problem(place)

    def progress(self) -> float:
        """Return how far the present training is, in [0, 1]."""
        snapshot = self.current.state.snapshot if self.current is not None else None
        return snapshot.progress if snapshot is not None else 0.0

    def _prepare(self, place: Place) -> PreparedStep:
        step = place.step
        trained = [
            self._trained(library.settings_of(panel.settings, f"step {place.number}"))
            for panel in step.panels
        ]
        subjects = tuple(
            Subject(panel_run, panel_run.arm(panel.loss, panel.rule))
            for panel, (panel_run, _) in zip(step.panels, trained, strict=True)
        )
        values = values_of(subjects, step.moment)
        return PreparedStep(subjects, tuple(request for _, request in trained), values)

    def _trained(self, settings: Settings) -> tuple[PanelRun, TrainingRequest]:
        known = self._runs.pop(settings, None) or self._train(settings)
        self._runs[settings] = known
        while len(self._runs) > MOST_RUNS:
            del self._runs[next(iter(self._runs))]
        return known

    def _train(self, settings: Settings) -> tuple[PanelRun, TrainingRequest]:
        request = request_of(settings)
        name = problems.preset_of(settings).label if request.problem is not None else request.table.name
        run: Run = Run(lambda: request.make(run), title=f"Lesson: {name}", snapshot_share=SNAPSHOT_SHARE)
        self.current = run.start()
        while not run.wait(WAIT_S):
            run.touch()
        if run.outcome is None:
            raise LessonError("This step's training gave no result", run.state.reason)
        return PanelRun(run, request.problem), request


@st.cache_resource(show_spinner=False)
def trainings() -> Trainings:
    """Return what has been trained for lessons, the same for everybody in the process."""
    return Trainings()
