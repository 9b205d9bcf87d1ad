"""The settings of a training as widgets, drawn from the registries."""

from __future__ import annotations

import streamlit as st

from east.errors import EastError
from pages.shared import notes, state, table
from pages.shared.request import WITH_AVERAGE, metric_options
from pages.shared.settings import DEFAULTS
from pages.shared.words import AVERAGE_NAMES, METRIC_HINTS, METRIC_NAMES, literal, loss_hint, loss_label

KAPPA_WEIGHTS = ("none", "linear", "quadratic")
DROPOUT_HINT = "Share of hidden units left out in a step. Empty: 0.2, and less for more than 5,000 rows."
AVERAGING_HINT = (
    "How much of the past the average keeps at each step; the average is what is watched and scored."
)
MOST_HINTS = 3


def metric_picker() -> None:
    """Draw the choice of metric with its options."""
    from east.metrics import METRICS

    keys = list(METRICS)
    key = state.known("metric", keys, DEFAULTS.metric)
    st.selectbox("Metric to train for", keys, format_func=_metric_name, **state.bind("metric", key))
    st.caption(METRIC_HINTS.get(key, ""))
    if key == "fbeta":
        st.slider("β", 0.1, 4.0, step=0.05, **state.bind("beta", state.get().beta))
    if key == "kappa":
        weights = state.known("weights", KAPPA_WEIGHTS, DEFAULTS.weights)
        st.selectbox("Weights by distance of the classes", KAPPA_WEIGHTS, **state.bind("weights", weights))
    if key == "gain":
        _refuse_unfit_gains()
    if key in WITH_AVERAGE:
        _average_picker()


def _average_picker() -> None:
    average = state.known("average", AVERAGE_NAMES, DEFAULTS.average)
    st.selectbox(
        "Average over classes",
        list(AVERAGE_NAMES),
        format_func=lambda name: AVERAGE_NAMES[name],
        **state.bind("average", average),
    )
    names = table.classes().names
    if average == "class" and names:
        chosen = state.known("one_class", names, names[0])
        st.selectbox("Class", names, **state.bind("one_class", chosen))


def _refuse_unfit_gains() -> None:
    from east.metrics import metric

    try:
        metric("gain", **metric_options(state.get(), table.classes().names))
    except EastError as error:
        st.error(literal(error))


def loss_picker() -> None:
    """Draw the choice of arms."""
    from east.losses import LOSSES

    losses = state.get().losses
    unknown = [loss for loss in losses if loss not in LOSSES]
    if unknown:
        notes.add(f"The link's loss “{unknown[0][:60]}” is not known here; it is left out.")
        losses = tuple(loss for loss in losses if loss in LOSSES)
        state.put(losses=losses)
    losses = losses or DEFAULTS.losses
    st.multiselect(
        "Losses to compare", list(LOSSES), format_func=loss_label, **state.bind("losses", list(losses))
    )
    for loss in losses[:MOST_HINTS]:
        st.caption(f"**{loss_label(loss)}**: {loss_hint(loss)}.")


def more_settings() -> None:
    """Draw the settings of network and optimiser."""
    from east.training.config import PRECISIONS, available_devices

    settings = state.get()
    with st.expander("More settings", icon=":material/tune:"):
        _whole_number(
            "Seeds", "seeds", settings.seeds, 1, 10, "Each loss is trained once per seed, all at once."
        )
        _whole_number(
            "Epochs", "epochs", settings.epochs, 1, 10_000, "Empty: chosen from the size of the table."
        )
        hint = "Empty: 512, or all rows of a smaller table."
        _whole_number("Batch size", "batch", settings.batch, 2, 65_536, hint)
        _whole_number("Hidden layers", "depth", settings.depth, 1, 6)
        _whole_number("Hidden width", "width", settings.width, 1, 1024)
        st.number_input(
            "Dropout", 0.0, 0.9, step=0.05, format="%g", help=DROPOUT_HINT, placeholder="auto",
            **state.bind("dropout", settings.dropout),
        )  # fmt: skip
        st.number_input(
            "Learning rate", 1e-6, 1e4, format="%g", step=0.001, **state.bind("rate", settings.rate)
        )
        st.number_input(
            "Moving average of the weights", 0.0, 0.9999, step=0.01, format="%g", help=AVERAGING_HINT,
            **state.bind("averaging", settings.averaging),
        )  # fmt: skip
        precision = state.known("precision", PRECISIONS, DEFAULTS.precision)
        st.selectbox("Precision", PRECISIONS, **state.bind("precision", precision))
        devices = ["auto", *available_devices()]
        device = state.known("device", devices, DEFAULTS.device)
        st.selectbox("Device", devices, **state.bind("device", device))


def _metric_name(key: str) -> str:
    return METRIC_NAMES.get(key, key.replace("_", " ").capitalize())


def _whole_number(
    label: str, name: str, value: int | None, least: int, most: int, hint: str | None = None
) -> None:
    """Draw a whole number; one that is None by default can be left empty."""
    placeholder = "auto" if getattr(DEFAULTS, name) is None else None
    st.number_input(label, least, most, step=1, help=hint, placeholder=placeholder, **state.bind(name, value))
