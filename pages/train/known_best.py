"""The best reachable score and boundaries of a run's problem, where its density is known; found beside the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import shelf
from pages.shared.per_run import PerRun

if TYPE_CHECKING:
    from east.run import Machine, Run
    from east.synthetic import BestOverView

PATIENCE_S = 5.0


@st.cache_resource(show_spinner=False)
def _searches() -> PerRun[BestOverView | None]:
    return PerRun()


def best(run: Run, machine: Machine) -> BestOverView | None:
    """Return what is known of the best; None where it is unknown, or not found yet while the run goes on."""
    problem, view = shelf.problem_of(run), machine.view
    if problem is None or view is None:
        return None

    def search() -> BestOverView | None:
        from east.synthetic import best_over_view

        return best_over_view(problem, machine.config.metric, view, machine.dataset)

    found = _searches().of(run, search)
    if run.resting:  # nothing would draw it later
        found.wait(PATIENCE_S)
    return found.result
