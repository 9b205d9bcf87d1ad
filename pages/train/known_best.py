"""The best reachable score and boundaries of a run's problem, where its density is known; found beside the run."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import streamlit as st

from east.run import Background
from pages.shared import shelf

if TYPE_CHECKING:
    from east.run import Machine, Run
    from east.synthetic import BestOverView, Problem

    Search = Background[None, BestOverView | None]

PATIENCE_S = 5.0


@st.cache_resource(show_spinner=False)
def _begun() -> dict[str, Search]:
    """Return, for the whole process, the search of each run, under way or done."""
    return {}


def best(run: Run, machine: Machine) -> BestOverView | None:
    """Return what is known of the best; None where it is unknown, or not found yet while the run goes on."""
    problem, begun = shelf.problem_of(run), _begun()
    if problem is None or machine.view is None:
        return None
    if run.id not in begun:
        for gone in [run_id for run_id in begun if shelf.store().get(run_id) is None]:
            del begun[gone]
        begun[run.id] = Background(lambda: _search(problem, machine)).start()
    if run.resting:  # nothing would draw it later
        begun[run.id].wait(PATIENCE_S)
    return begun[run.id].result


def _search(problem: Problem, machine: Machine) -> Generator[None, None, BestOverView | None]:
    from east.synthetic import best_over_view

    yield
    view = machine.view
    return None if view is None else best_over_view(problem, machine.config.metric, view, machine.dataset)
