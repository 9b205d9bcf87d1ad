"""Widgets drawn from the registries, and the training they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from east.run import PACES, Run
from pages.shared import frame, gains, state, table
from pages.shared.race import WITH_AVERAGE, Race, race
from pages.shared.settings import SETTINGS
from pages.shared.words import AVERAGE_NAMES, METRIC_HINTS, METRIC_NAMES, literal, loss_hint

if TYPE_CHECKING:
    from east.training import Training

KAPPA_WEIGHTS = ("none", "linear", "quadratic")
DROPOUT_HINT = "Share of hidden units left out in a step. Empty: 0.2, and less for more than 5,000 rows."
AVERAGING_HINT = (
    "How much of the past the average keeps at each step; the average is what is watched and scored."
)


def train_button(disabled: bool = False) -> None:
    """Draw the button that starts a training and goes to watch it."""
    label = "Train again" if state.run() is not None else "Train"
    if st.button(
        label, type="primary", icon=":material/play_arrow:", width="stretch", disabled=disabled, key="train"
    ):
        try:
            wanted = race()
            title = f"{table.title()} → {table.target(wanted.table)}"
            run = Run(lambda: _make(wanted), title=title, pace=state.chosen("pace", PACES))
            state.start_run(run, wanted.table)
        except EastError as error:
            st.error(literal(error))
        else:
            st.switch_page("pages/train.py", query_params=state.link())


def _make(wanted: Race) -> Training:
    training = wanted.make()
    # What the first training brings along need not be searched after every rerun that watches it.
    frame.spare_the_collector()
    return training


def metric_picker() -> None:
    """Draw the choice of metric with its options."""
    from east.metrics import METRICS

    keys = list(METRICS)
    key = state.chosen("metric", keys)
    st.selectbox("Metric to train for", keys, format_func=_metric_name, **state.bind("metric", key))
    st.caption(METRIC_HINTS.get(key, ""))
    if key == "fbeta":
        st.slider("β", 0.1, 4.0, step=0.05, **state.bind("beta", float(state.setting("beta"))))
    if key == "kappa":
        weights = state.chosen("weights", KAPPA_WEIGHTS)
        st.selectbox("Weights by distance of the classes", KAPPA_WEIGHTS, **state.bind("weights", weights))
    if key == "gain":
        gains.problem(table.classes().names)
    if key in WITH_AVERAGE:
        average = state.chosen("average", AVERAGE_NAMES)
        st.selectbox(
            "Average over classes", list(AVERAGE_NAMES), format_func=lambda name: AVERAGE_NAMES[name],
            **state.bind("average", average),
        )  # fmt: skip
        names = table.classes().names
        if average == "class" and names:
            st.selectbox(
                "Class", names, **state.bind("class", state.chosen("class", names, default=names[0]))
            )


def loss_picker() -> None:
    """Draw the choice of arms."""
    from east.losses import LOSSES, loss_label

    wanted = [loss for loss in state.setting("losses") if loss in LOSSES]
    unknown = [loss for loss in state.setting("losses") if loss not in LOSSES]
    if unknown:
        state.tell(f"The link's loss “{unknown[0][:60]}” is not known here; it is left out.")
        state.put("losses", tuple(wanted))
    wanted = wanted or list(SETTINGS["losses"].default)
    st.multiselect("Losses in the race", list(LOSSES), format_func=loss_label, **state.bind("losses", wanted))
    for loss in wanted[:3]:
        st.caption(f"**{loss_label(loss)}**: {loss_hint(loss)}.")


def more_settings() -> None:
    """Draw the settings of network and optimiser."""
    from east.training.config import PRECISIONS, available_devices

    with st.expander("More settings", icon=":material/tune:"):
        _number("Seeds", "seeds", 1, 10, "Each loss is trained once per seed, all at once.")
        _number("Epochs", "epochs", 1, 10_000, "Empty: chosen from the size of the table.", empty=True)
        _number("Batch size", "batch", 2, 65_536, "Empty: 512, or all rows of a smaller table.", empty=True)
        _number("Hidden layers", "depth", 1, 6)
        _number("Hidden width", "width", 1, 1024)
        st.number_input(
            "Dropout", 0.0, 0.9, step=0.05, format="%g", help=DROPOUT_HINT, placeholder="auto",
            **state.bind("dropout", state.setting("dropout")),
        )  # fmt: skip
        st.number_input(
            "Learning rate",
            1e-6,
            1e4,
            format="%g",
            step=0.001,
            **state.bind("rate", float(state.setting("rate"))),
        )
        average = float(state.setting("averaging"))
        st.number_input(
            "Moving average of the weights", 0.0, 0.9999, step=0.01, format="%g", help=AVERAGING_HINT,
            **state.bind("averaging", average),
        )  # fmt: skip
        precision = state.chosen("precision", PRECISIONS)
        st.selectbox("Precision", PRECISIONS, **state.bind("precision", precision))
        devices = ["auto", *available_devices()]
        st.selectbox("Device", devices, **state.bind("device", state.chosen("device", devices)))


def _metric_name(key: str) -> str:
    return METRIC_NAMES.get(key, key.replace("_", " ").capitalize())


def _number(
    label: str, name: str, least: int, most: int, hint: str | None = None, empty: bool = False
) -> None:
    value = state.setting(name)
    st.number_input(
        label,
        least,
        most,
        step=1,
        help=hint,
        placeholder="auto" if empty else None,
        **state.bind(name, value),
    )
