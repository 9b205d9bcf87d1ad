"""What to predict, from which columns, and how the rows are split."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from east.tables import Table
from pages.data import columns, concerns
from pages.shared import first_look, remedies, state, table
from pages.shared.problems import MADE
from pages.shared.settings import DEFAULTS
from pages.shared.start import train_button


def section(used: Table, light: bool) -> table.Classes:
    """Draw the choice of the target (but not at a light look) and the button to train; returns the classes."""
    if light:
        st.skeleton(first_look.SELECT_PX)
    else:
        st.selectbox(
            "Column to predict",
            table.column_names(used),
            **state.bind("target", table.target(used), resets=("bins", "missing", "rare")),
        )
    if table.source() != MADE:
        sample = table.known_samples().get(table.source())
        st.caption(sample.description if sample is not None else columns.guesses(table.facts()))
        concerns.section(table.facts())
    classes = table.classes()
    remedies.draw_problem(classes)
    train_button(classes.problem is not None)
    return classes


def settings(used: Table) -> None:
    """Draw the choice of columns, and how the rows are split."""
    with st.expander("Split and columns", icon=":material/tune:"):
        _split(used, table.column_names(used))


def _split(used: Table, names: Sequence[str]) -> None:
    target = table.target(used)
    others = [name for name in names if name != target]
    choices = table.choices()
    st.multiselect("Leave columns out", others, **state.bind("exclude", list(choices.exclude)))
    left, right = st.columns(2)
    shares = state.known("shares", table.SHARES, DEFAULTS.shares)
    left.selectbox("Train / validation / test", list(table.SHARES), **state.bind("shares", shares))
    right.number_input(
        "Seed of the split", 0, 2**31 - 1, step=1, **state.bind("split_seed", state.get().split_seed)
    )
    left.selectbox(
        "Keep together, by group", others, index=None, placeholder="no",
        help="No value is on two sides of the split.",
        **state.bind("group", choices.group, resets=("time",)),
    )  # fmt: skip
    right.selectbox(
        "Or split by time", others, index=None, placeholder="no", help="The newest rows are the test.",
        **state.bind("time", choices.time, resets=("group",)),
    )  # fmt: skip
    _policies(used, target)


def _policies(used: Table, target: str) -> None:
    left, right = st.columns(2)
    left.selectbox(
        "Very rare classes",
        list(table.RARE),
        format_func=lambda name: table.RARE[name],
        help="A class of one or two rows cannot be in all three parts.",
        **state.bind("rare", state.known("rare", table.RARE, DEFAULTS.rare)),
    )
    right.selectbox(
        "Rows without a target",
        list(table.MISSING),
        format_func=lambda name: table.MISSING[name],
        help="They can neither train nor be judged.",
        **state.bind("missing", state.known("missing", table.MISSING, DEFAULTS.missing)),
    )
    if table.is_numeric(used, target):
        st.number_input(
            "Cut the target into so many classes",
            2,
            100,
            step=1,
            placeholder="not cut",
            help="At its quantiles, so that the classes are of about the same size.",
            **state.bind("bins", state.get().bins),
        )
