"""The quick what-if: another metric's rule on networks that are trained already, at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages.compare import decided, offsets
from pages.shared import state
from pages.shared.metric_options import rarest

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.run import Run
    from east.training import Outcome

CONTROLLED = ("beta", "average", "class_index")
"""The options that have a widget here; the others are as in the metric of the run."""
BETAS = (0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.0, 7.0, 10.0)


def section(run: Run, outcome: Outcome) -> None:
    """Draw the section; its controls run it alone."""
    st.caption(
        "What if you were judged by another metric? Its rule is fitted anew on the validation rows of the networks "
        "that are trained already; the scores are of the test rows. No training."
    )
    st.fragment(_section)(run, outcome)
    if st.toggle("Set an offset for each class by hand", bool(state.get().offsets), key="by_hand"):
        offsets.section(run, outcome)


def _section(run: Run, outcome: Outcome) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        metric, next_ones = _metric(outcome)
    decided.draw(run, outcome, metric, next_ones)


def _metric(outcome: Outcome) -> tuple[Metric, Sequence[Metric]]:
    """Draw the choice of a metric and its options; at first it is the one the run was trained for.

    Returns:
        The metric, and those that the slider of beta can reach from it, the nearest first.
    """
    from east.metrics import METRICS, metric

    own = outcome.metric
    keys = [key for key, spec in METRICS.items() if spec.matrix_option is None or key == own.key]
    key = state.known("if_metric", keys, own.key)
    with st.container(width=200):
        st.selectbox(
            "Metric", keys, format_func=lambda name: METRICS[name].label, **state.bind("if_metric", key)
        )
    if METRICS[key].matrix_option is not None:
        return own, ()
    chosen: dict[str, object] = {}
    if key == own.key:
        chosen |= {name: value for name, value in own.options.items() if name not in CONTROLLED}
    if "average" in METRICS[key].options:
        chosen |= _average(outcome)
    if "beta" not in METRICS[key].options:
        return metric(key, **chosen).named(outcome.classes), ()
    steps, place = _beta(own)
    order = sorted(range(len(steps)), key=lambda other: abs(other - place))
    first, *others = (metric(key, **{**chosen, "beta": steps[at]}).named(outcome.classes) for at in order)
    return first, others


def _average(outcome: Outcome) -> dict[str, object]:
    """Draw the choice of an average, and of the one class it may be about."""
    from east.metrics.ratios import AVERAGES

    own, classes = outcome.metric.options, outcome.classes
    average = state.known("if_average", AVERAGES, own.get("average", "macro"))
    with st.container(width=240):
        st.selectbox(
            "Average",
            list(AVERAGES),
            format_func=lambda name: AVERAGES[name],
            **state.bind("if_average", average),
        )
    if average != "class":
        return {"average": average}
    counts = np.bincount(outcome.test_targets, minlength=len(classes)).tolist()
    name = state.known("if_class", classes, classes[own.get("class_index", rarest(counts))])
    with st.container(width=190):
        st.selectbox("Class", list(classes), **state.bind("if_class", name))
    return {"average": average, "class_index": classes.index(name)}


def _beta(own: Metric) -> tuple[Sequence[float], int]:
    """Draw the slider of beta; returns its steps, and the place of the chosen one."""
    own_beta = float(own.options.get("beta", 1.0))
    wanted = state.get().if_beta or own_beta
    steps = sorted({*BETAS, own_beta, wanted})
    with st.container(width=300):
        st.select_slider("β", steps, format_func=lambda beta: f"{beta:g}", **state.bind("if_beta", wanted))
    return steps, steps.index(wanted)
