"""Free play: the step's training on the Train page, with all its controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.lesson.prepared import PreparedStep
from pages.shared import links, shelf, state

if TYPE_CHECKING:
    from east.lesson import Step

KEPT = ("lesson", "step")


def button(step: Step, prepared: PreparedStep | None, last: bool) -> None:
    """Offer the training of the left panel, with its settings; above all at the last step."""
    if prepared is None or "free_play" in step.hide:
        return
    if st.button(
        "Play with it on the Train page",
        type="primary" if last else "secondary",
        icon=":material/play_circle:",
        width="stretch",
        help="Takes this step's settings; replay this training there, change what you like, train again.",
    ):
        request, subject = prepared.requests[0], prepared.subjects[0]
        links.BEGAN.set(request.settings)  # what a lesson leaves open, a link leaves open alike
        settings = vars(request.settings).items()
        state.put(**{name: value for name, value in settings if name not in KEPT})
        shelf.adopt(subject.of.run, request.table, request.problem)
        st.switch_page("pages/train/page.py", query_params=links.texts())
