"""The reader's own gain matrix: what each kind of answer is worth, typed into a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.shared import notes, session, state, table
from pages.shared.codecs import MOST_GAINS
from pages.shared.gains import matrix

_STARTED: session.Slot[int] = session.Slot("gains_started")
"""How often a preset has replaced the table: each time the editor starts anew."""


def section() -> None:
    """Draw the table to type into, where the chosen metric takes a matrix."""
    from east.metrics import METRICS

    spec = METRICS.get(state.get().metric)
    if spec is None or spec.matrix_option is None:
        return
    with st.expander(spec.label, expanded=True, icon=":material/payments:"):
        st.caption(
            "What you earn for each pair of a true class (row) and a predicted class (column); costs are negative. "
            "For example, 5 on the diagonal: a right answer for that class is worth five. −3 beside it: this error "
            "costs three."
        )
        classes = table.classes()
        if len(classes.names) > MOST_GAINS:
            st.error(
                f"A gain matrix can be typed for at most {MOST_GAINS} classes; this target has {len(classes.names)}."
            )
            return
        _note_other_size(len(classes.names))
        _presets(classes.counts)
        _editor(classes.names)


def _note_other_size(size: int) -> None:
    """Say that the gains of the link, or of another table, are for another number of classes, and forget them."""
    known = state.get().gain
    if known is not None and size and len(known) != size:
        notes.add(
            f"The gain matrix of the link, or of the table before, is for {len(known)} classes and this target has "
            f"{size}: 1 for right and 0 for wrong is used."
        )
        state.put(gain=None)


def _presets(counts: Sequence[int]) -> None:
    """Offer matrices to start from; one that is chosen replaces what was typed."""
    from east.metrics import GAIN_PRESETS

    with st.container(horizontal=True):
        for key, preset in GAIN_PRESETS.items():
            if st.button(preset.label, help=preset.hint, key=f"gains_from_{key}", disabled=len(counts) < 2):
                state.put(gain=preset.make(counts))
                _STARTED.set((_STARTED.get() or 0) + 1)


def _editor(classes: Sequence[str]) -> None:
    # The editor keeps what was typed as changes to the table it was given, so that table must stay the same.
    mark = (tuple(classes), _STARTED.get() or 0)
    first = session.once("gains", mark, lambda: _frame(classes))
    typed = st.data_editor(
        first,
        key=f"gains_{hash(mark)}",
        num_rows="fixed",
        column_config={
            name: st.column_config.NumberColumn(required=True, step=0.01) for name in first.columns
        },
        width="content",
    )
    gains = tuple(tuple(float(value) for value in row) for row in typed.to_numpy())
    if gains != matrix(state.get(), len(classes)):
        state.put(gain=gains)


def _frame(classes: Sequence[str]) -> pd.DataFrame:
    index = pd.Index([f"true {name}" for name in classes])
    return pd.DataFrame(matrix(state.get(), len(classes)), index=index, columns=list(classes))
