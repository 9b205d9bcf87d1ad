"""The judged race of a run, in a thread of its own, so that no page that is watched waits for it."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from east.run import Background
from pages.shared import shelf

if TYPE_CHECKING:
    from east.comparison import Comparison
    from east.run import Run
    from east.training import Outcome

    Judging = Background[None, Comparison]


@st.cache_resource(show_spinner=False)
def _begun() -> dict[str, Judging]:
    """Return, for the whole process, the judging of each run, under way or done."""
    return {}


def judging(run: Run, outcome: Outcome) -> Judging:
    """Return the judging of a run, begun once a process."""
    begun = _begun()
    if run.id not in begun:
        for gone in [run_id for run_id in begun if shelf.store().get(run_id) is None]:
            del begun[gone]
        begun[run.id] = Background(lambda: _judge(outcome)).start()
    return begun[run.id]


def _judge(outcome: Outcome) -> Generator[None, None, Comparison]:
    from east.comparison import compare, race_from

    yield
    return compare(race_from(outcome))


def judged(run: Run, outcome: Outcome) -> Comparison:
    """Return the run's comparison; waits for it.

    Raises:
        EastError: when the race cannot be judged.
    """
    task = judging(run, outcome)
    if not task.ended:
        with st.spinner("Resampling the test rows…"):
            task.wait()
    if task.result is None:
        raise EastError((task.problem or "The race could not be judged").rstrip("."))
    return task.result
