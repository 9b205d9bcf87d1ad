"""The reader's own gain matrix: what each kind of answer is worth, typed into a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from east.errors import EastError
from pages.shared import state
from pages.shared.settings import MOST_GAINS
from pages.shared.words import literal

Matrix = tuple[tuple[float, ...], ...]


def matrix(classes: Sequence[str]) -> Matrix:
    """Return the gains `[K][K]`, row: true, column: predicted; by default 1 for right and 0 for wrong."""
    known: Matrix | None = state.setting("gain")
    if known is not None and len(known) == len(classes):
        return known
    return tuple(tuple(float(row == column) for column in range(len(classes))) for row in range(len(classes)))


def editor(classes: Sequence[str]) -> None:
    """Draw the table to type into."""
    st.caption("What predicting the column earns when the row is true; costs are negative.")
    if len(classes) > MOST_GAINS:
        st.error(
            f"A gain matrix can be typed for at most {MOST_GAINS} classes; this target has {len(classes)}."
        )
        return
    # The editor keeps what was typed as changes to the frame it was given, so that frame must stay the same.
    first = state.remembered("gains", tuple(classes), lambda: _frame(classes))
    typed = st.data_editor(
        first,
        key=f"gains_{hash(tuple(classes))}",
        num_rows="fixed",
        column_config={
            name: st.column_config.NumberColumn(required=True, step=0.01) for name in first.columns
        },
        width="content",
    )
    gains = tuple(tuple(float(value) for value in row) for row in typed.to_numpy())
    if gains != matrix(classes):
        state.note("gain", gains)


def problem(classes: Sequence[str]) -> None:
    """Say what is wrong with the gains, if anything."""
    from east.metrics import metric

    try:
        metric("gain", matrix=matrix(classes))
    except EastError as error:
        st.error(literal(error))


def _frame(classes: Sequence[str]) -> pd.DataFrame:
    index = pd.Index([f"true {name}" for name in classes])
    return pd.DataFrame(matrix(classes), index=index, columns=list(classes))
