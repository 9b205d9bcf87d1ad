"""Why a run waits, paused, failed, lost a lane or does otherwise than asked; what can be passed on of a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.words import literal

if TYPE_CHECKING:
    from east.run import RunState


def draw(shown: RunState) -> None:
    """Say it in sentences; an unexpected error has its details folded away."""
    if shown.ahead and not shown.ended:
        others = "1 training ends" if shown.ahead == 1 else f"{shown.ahead} trainings end"
        st.info(f"It waits for its turn and begins once {others}. You need not stay on this page.")
    sentences = (shown.reason, *shown.remarks, *shown.diverged)
    words = " ".join(literal(sentence) for sentence in sentences if sentence)
    if words:
        (st.error if shown.status == "failed" else st.warning if shown.diverged else st.info)(words)
    if shown.fault is not None:
        with st.expander("What to pass on", icon=":material/bug_report:"):
            st.caption(
                "Where it went wrong, with the sizes and settings of the training. No cell, and no name of a column, "
                "a class or a file is in it. The button in the corner copies it."
            )
            st.code(shown.fault.report(), language=None)
