"""One line over the stage: what races, and at the end who won, with the way to Compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import address
from pages.shared.judging import judging
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.run import Run
    from pages.shared.judging import Judging

POLL_S = 1.0


def draw(run: Run) -> None:
    """Draw the title and the line; while the race is being judged it looks again by itself."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(literal(run.title), anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            address.copy_link()
            if run.state.ended:
                st.page_link("pages/compare/page.py", label="See who won", icon=":material/balance:")
    outcome = run.outcome
    if outcome is None or run.state.status not in ("finished", "stopped"):
        st.markdown(_race(run))
        return
    task = judging(run, outcome)
    waiting = not task.ended
    st.fragment(_judged, run_every=POLL_S if waiting else None)(task, waiting)


def _race(run: Run) -> str:
    if run.machine is None:
        return "The data are being prepared."
    config = run.machine.config
    arms, seeds = " against ".join(arm.label for arm in config.networks), len(config.seeds)
    rows = len(run.machine.dataset.validation.targets)
    mean = f", the mean of {seeds} seeds" if seeds > 1 else ""
    return f"{literal(arms)}, in {literal(config.metric.label)} on {rows:,} validation rows{mean}."


def _judged(task: Judging, waiting: bool) -> None:
    if not task.ended:
        st.markdown(":material/hourglass_top: The test rows are being judged…")
        return
    if waiting:
        st.rerun()
    st.markdown(_verdict(task))


def _verdict(task: Judging) -> str:
    from east.comparison import verdict

    if task.result is None:
        return literal(task.problem or "The race could not be judged.")
    return f"**{literal(verdict(task.result).headline)}**"
