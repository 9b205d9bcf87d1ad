"""The reader's own row of three classes: its true class and its probabilities, which always sum to 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.shared import links, session, state
from pages.shared.settings import DEFAULTS

START = (0.62, 0.24, 0.14)
STEP = 0.01
_KEY = "probability"


def place() -> tuple[float, ...]:
    """Return the row's probabilities; a link's that cannot be some fall back, with a note."""
    wanted = state.get().place
    if not wanted:
        return START
    total = sum(wanted)
    if len(wanted) != len(START) or total <= 0:
        links.note_fallback("place", ", ".join(f"{value:g}" for value in wanted))
        state.put(place=DEFAULTS.place)
        return START
    return tuple(value / total for value in wanted)


def sliders(classes: Sequence[str]) -> None:
    """Draw the true class and a slider for each probability; one that is moved moves the others."""
    st.segmented_control(
        "True class",
        range(len(classes)),
        format_func=lambda each: classes[each],
        required=True,
        **state.bind("truth", state.get().truth),
    )
    for entry, (name, value) in enumerate(zip(classes, place(), strict=True)):
        key = f"{_KEY}/{entry}"
        session.show_in_widget(key, round(value, 4))
        st.slider(f"Probability of {name}", 0.0, 1.0, step=STEP, key=key, on_change=_moved, args=(entry,))


def put(probabilities: Sequence[float]) -> None:
    """Set the row's probabilities."""
    rounded = tuple(round(float(value), 4) for value in probabilities)
    state.put(place=rounded)
    session.reset_widgets(_KEY)


def _moved(entry: int) -> None:
    from east.microscope import rebalanced

    try:
        value = float(str(session.widget_value(f"{_KEY}/{entry}")))
    except KeyError:
        return
    put(rebalanced(np.array(place()), entry, value).tolist())
