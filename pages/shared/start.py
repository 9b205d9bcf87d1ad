"""The button that starts a training."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from east.run import PACES, Run
from pages.shared import keeping, links, shelf, state, table, uploads, warm_up
from pages.shared.press import press
from pages.shared.request import TrainingRequest, training_request
from pages.shared.settings import DEFAULTS
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.training import Training


def train_button(disabled: bool = False) -> None:
    """Draw the button that starts a training and goes to watch it."""
    label = "Train again" if shelf.run() is not None else "Train"
    if press(
        label, "train", type="primary", icon=":material/play_arrow:", width="stretch", disabled=disabled
    ):
        try:
            wanted = training_request()
            title = f"{table.title()} → {wanted.choices.target}"
            run_id = token_hex(9)
            run = Run(
                lambda: _make(wanted, run),
                title=title,
                pace=state.known("pace", PACES, DEFAULTS.pace),
                keeper=keeping.keeper(run_id, title, wanted),
                run_id=run_id,
            )
            shelf.start(run, wanted.table, wanted.problem, uploads.read_as(wanted.table))
        except EastError as error:
            st.error(literal(error))
        else:
            st.switch_page("pages/train/page.py", query_params=links.texts())


def _make(wanted: TrainingRequest, run: Run) -> Training:
    training = wanted.make(run)
    # What the first training brings along need not be searched for garbage while it is watched.
    warm_up.collect_garbage()
    return training
