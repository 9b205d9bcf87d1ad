"""The judged race of a run, in a thread of its own, so that no page that is watched waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from pages.shared.per_run import PerRun

if TYPE_CHECKING:
    from east.comparison import Comparison
    from east.run import Background, Run
    from east.training import Outcome

    Judging = Background[None, Comparison]


@st.cache_resource(show_spinner=False)
def _judgings() -> PerRun[Comparison]:
    return PerRun()


def judging(run: Run, outcome: Outcome) -> Judging:
    """Return the judging of a run, begun once a process."""

    def judge() -> Comparison:
        from east.comparison import compare, race_from

        return compare(race_from(outcome))

    return _judgings().of(run, judge)


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
