"""The judged race of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import session

if TYPE_CHECKING:
    from east.comparison import Comparison
    from east.run import Run
    from east.training import Outcome


def judged(run: Run, outcome: Outcome) -> Comparison:
    """Return the run's comparison, made once a session."""

    def make() -> Comparison:
        from east.comparison import compare, race_from

        with st.spinner("Resampling the test rows…"):
            return compare(race_from(outcome))

    return session.once("comparison", run.id, make)
