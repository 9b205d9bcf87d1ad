"""Free play: the step's training on the Train page, with all its controls."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from pages.lesson.prepared import PreparedStep
from pages.shared import links, shelf, state

KEPT = ("lesson", "step")


def button(prepared: PreparedStep, primary: bool) -> None:
    """Offer the training of the left panel, with its settings."""
    if st.button(
        "Play with it on the Train page",
        type="primary" if primary else "secondary",
        icon=":material/play_circle:",
        width="stretch",
        help="Takes this step's settings; replay this training there, change what you like, train again.",
    ):
        request, subject = prepared.requests[0], prepared.subjects[0]
        changes = {name: value for name, value in asdict(request.settings).items() if name not in KEPT}
        state.put(**changes)
        shelf.adopt(subject.of.run, request.table, request.problem)
        st.switch_page("pages/train/page.py", query_params=links.texts())
