"""The scorecards of a finished run of linear networks: what each feature adds to each class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared.words import literal

if TYPE_CHECKING:
    from east.run import Machine, Run
    from east.training import ArmOutcome, Scorecard

MOST_ROWS = 24


def section(run: Run) -> None:
    """Draw the coefficients of each trained loss, side by side; nothing for networks with hidden layers."""
    outcome, machine = run.outcome, run.machine
    if outcome is None or machine is None or len(outcome.lanes[0].weights) != 1:
        return
    plain = [found for found in outcome.arms if found.arm == found.arm.networks]
    if not plain:
        return
    st.subheader("The scorecards", anchor=False)
    st.caption(
        "A linear network is its coefficients: above 0, evidence for the class; below, against it. A number counts "
        "in standard deviations from its mean. Of the first seed, at its best moment on validation."
    )
    for column, found in zip(st.columns(min(len(plain), 2)) * len(plain), plain, strict=False):
        with column:
            _draw(found, machine)


def _draw(found: ArmOutcome, machine: Machine) -> None:
    from east.training import scorecard

    dataset = machine.dataset
    card = scorecard(found.lanes[0].weights, dataset.feature_names, dataset.classes)
    hidden = len(card.features) - MOST_ROWS
    st.markdown(f"**{literal(found.arm.label)}**")
    st.table(_frame(card))
    if hidden > 0:
        st.caption(f"The {MOST_ROWS} features with the largest coefficients; {hidden} more are smaller.")


def _frame(card: Scorecard) -> pd.DataFrame:
    strongest = np.argsort(-np.abs(card.coefficients).max(axis=1), kind="stable")[:MOST_ROWS]
    rows = [(card.features[place], card.coefficients[place]) for place in sorted(strongest.tolist())]
    rows.append(("(intercept)", card.intercepts))
    written = [[f"{value:+.2f}".replace("-", "−") for value in values] for _, values in rows]
    # A table reads Markdown in its cells and heads.
    names = pd.Index([literal(name) for name, _ in rows])
    return pd.DataFrame(written, index=names, columns=[literal(name) for name in card.classes])
