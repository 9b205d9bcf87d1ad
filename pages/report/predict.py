"""Predict on a new table: decisions and probabilities, and how it differs from the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from east.errors import EastError
from pages.report import files, new_rows
from pages.report.new_rows import NewRows
from pages.report.taken import Taken
from pages.shared import session
from pages.shared.downloads import download
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.export import ColumnDrift

SHOWN_ROWS = 100
MOST_NAMES = 8
MOST_DRIFTS = 12


@dataclass(frozen=True)
class Answer:
    """What came of a new table: its predictions, or why there are none; and its columns against training."""

    predictions: pd.DataFrame | None
    problem: str
    columns: tuple[ColumnDrift, ...]


def section(taken: Taken) -> None:
    """Draw the section."""
    st.subheader("Predict", anchor=False)
    rows = new_rows.choose(taken)
    if rows is None:
        return
    mark = (taken.run.id, taken.arm.key, rows.mark)
    answer = session.once("predictions", mark, lambda: _answer(taken, rows))
    if answer.predictions is None:
        st.error(literal(answer.problem))
    else:
        _predictions(taken, answer.predictions)
    _columns(answer.columns, taken.dataset.target if taken.dataset.target in rows.frame.columns else None)


def _answer(taken: Taken, rows: NewRows) -> Answer:
    from east.export import drift, predict_table

    with st.spinner("Predicting…"):
        try:
            model = session.once("model", (taken.run.id, taken.arm.key), lambda: files.loaded(taken))
        except EastError as error:
            return Answer(None, str(error), ())
        others = rows.frame.drop(columns=taken.dataset.target, errors="ignore")
        found = drift(model.training, others) if model.training is not None else ()
        try:
            return Answer(predict_table(model, rows.frame), "", found)
        except EastError as error:
            return Answer(None, str(error), found)


def _predictions(taken: Taken, frame: pd.DataFrame) -> None:
    """Show how many rows go to each class and the first of them, and offer all."""
    counts = frame["predicted"].value_counts()
    classes = ", ".join(
        f"{name} {count:,} ({count / len(frame):.0%})" for name, count in counts[:MOST_NAMES].items()
    )
    more = f" and {len(counts) - MOST_NAMES} more classes" if len(counts) > MOST_NAMES else ""
    st.markdown(f"**{len(frame):,} rows predicted:** {literal(classes + more)}")
    st.dataframe(frame.head(SHOWN_ROWS), hide_index=True, height=213)
    with st.container(horizontal=True):
        download("Predictions (csv)", lambda: files.as_csv(frame), "new_predictions.csv")
        download("Predictions (parquet)", lambda: files.as_parquet(frame), "new_predictions.parquet")


def _columns(found: Sequence[ColumnDrift], target: str | None) -> None:
    """Tell each column that differs from training, the strongest first, and the rest in one line."""
    if not found:
        return
    st.markdown("**Against the training rows**")
    levels = {"strong": ":orange[:material/warning:]", "some": ":material/info:"}
    differing = [one for level in levels for one in found if one.level == level]
    lines = [f"{levels[one.level]} {literal(one)}" for one in differing[:MOST_DRIFTS]]
    if len(differing) > MOST_DRIFTS:
        lines.append(f"And {len(differing) - MOST_DRIFTS} more columns differ.")
    extra = [one.column for one in found if one.level == "none" and one.words]
    same = len(found) - len(differing) - len(extra)
    if same:
        lines.append(f":material/check: {same} {'column is' if same == 1 else 'columns are'} as in training.")
    if extra:
        names = ", ".join(extra[:MOST_NAMES]) + (" …" if len(extra) > MOST_NAMES else "")
        lines.append(f":material/block: Not in training, and ignored: {literal(names)}.")
    if target is not None:
        lines.append(f":material/block: {literal(target)} is what is predicted, and is not read.")
    st.markdown("  \n".join(lines))
