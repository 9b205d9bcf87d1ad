"""The settings of a training as widgets, drawn from the tables of metrics, losses, rules and options."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError, SettingError
from pages.shared import links, metric_options, state, table
from pages.shared.codecs import AUTO
from pages.shared.request import chosen_metric
from pages.shared.settings import DEFAULTS, ENTRIES, MOST_DEPTH, MOST_SEEDS, MOST_WIDTH
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.metrics import MetricSpec
    from east.options import Option
    from pages.shared.state import Bound

MOST_HINTS = 3


def metric_picker() -> None:
    """Draw the choice of metric with its options."""
    from east.metrics import METRICS

    key = state.known("metric", list(METRICS), DEFAULTS.metric)
    spec = METRICS[key]
    st.selectbox(
        "Metric to train for",
        list(METRICS),
        format_func=lambda name: METRICS[name].label,
        **state.bind("metric", key),
    )
    st.caption(spec.hint)
    for name, option in spec.options.items():
        _metric_option(spec, name, option)
    try:
        classes = table.classes()
        chosen_metric(state.get(), classes.names, classes.counts)
    except EastError as error:
        st.error(literal(error))


def _metric_option(spec: MetricSpec, name: str, option: Option) -> None:
    """Draw one option of a metric; a matrix has an editor of its own beside the figures."""
    default = inspect.signature(spec.factory).parameters[name].default
    default = None if default is inspect.Parameter.empty else default
    default = float(default) if option.kind == "number" and default is not None else default
    if option.kind == "choice":
        choices = {**({metric_options.NONE: metric_options.NONE} if option.empty else {}), **option.choices}
        usual = next(iter(choices)) if default is None else default
        value = metric_options.known(name, option, choices.__contains__, usual)
        st.selectbox(
            option.label,
            list(choices),
            format_func=lambda key: choices[key],
            **metric_options.bind(name, option, value),
        )
    elif option.kind == "class":
        _class_option(spec, name, option)
    elif option.kind in ("number", "whole"):
        value = metric_options.known(name, option, lambda given: _fits(name, option, given), default)
        _number(option, value, metric_options.bind(name, option, value))
    elif option.kind == "text":
        value = metric_options.known(name, option, lambda given: True, default or "")
        st.text_input(option.label, help=option.help, **metric_options.bind(name, option, value))


def _class_option(spec: MetricSpec, name: str, option: Option) -> None:
    """Draw the choice of the class that a metric is about, where it matters."""
    classes = table.classes()
    if not classes.names or not metric_options.about_one_class(spec, state.get()):
        return
    value = metric_options.known(name, option, classes.names.__contains__, None)
    empty = metric_options.may_be_empty(spec, option)
    if value is None and not empty:
        value = metric_options.choose_class(spec, name, option, classes.names, classes.counts)
    bound = metric_options.bind(name, option, value)
    st.selectbox(option.label, classes.names, None if empty else 0, placeholder=option.empty, **bound)


def _number(option: Option, value: object, bound: Bound) -> None:
    """Draw a slider, or a field to type into where an option may be empty or is shown with no range."""
    kind = int if option.kind == "whole" else float
    least, most, step = map(kind, option.shown) if option.shown else (None, None, 1 if kind is int else 0.1)
    if value is None or option.shown is None:
        st.number_input(
            option.label, least, most, step=step, help=option.help, placeholder=option.empty or None, **bound
        )
    else:
        st.slider(option.label, least, most, step=step, help=option.help, **bound)


def loss_picker() -> None:
    """Draw the choice of losses and of the rules that decide."""
    from east.losses import LOSSES
    from east.rules import RULES
    from east.training import TrainConfig

    losses = state.known_each("losses", LOSSES) or TrainConfig.losses
    st.multiselect(
        "Losses to compare",
        list(LOSSES),
        format_func=lambda key: LOSSES[key].label,
        **state.bind("losses", list(losses)),
    )
    for loss in losses[:MOST_HINTS]:
        st.caption(f"**{LOSSES[loss].label}**: {LOSSES[loss].hint}.")
    rules = state.known_each("rules", RULES) or TrainConfig.rules
    st.multiselect(
        "Decision rules to compare",
        list(RULES),
        format_func=lambda key: RULES[key].label.capitalize(),
        help="Each loss is judged with each rule. Rules are fitted when training ends and cost no training.",
        **state.bind("rules", list(rules)),
    )


def more_settings() -> None:
    """Draw the settings of network and optimiser."""
    from east.training import TrainConfig
    from east.training.config import OPTIONS

    with st.expander("More settings", icon=":material/tune:"):
        hint = "Each loss is trained once per seed, all at once."
        st.number_input("Seeds", 1, MOST_SEEDS, step=1, help=hint, **state.bind("seeds", state.get().seeds))
        own = (("Hidden layers", "depth", MOST_DEPTH), ("Hidden width", "width", MOST_WIDTH))
        for label, name, most in own if state.get().network in (None, AUTO) else ():
            value = getattr(state.get(), name)
            st.number_input(label, 1, most, step=1, placeholder="auto", **state.bind(name, value))
        for name, option in OPTIONS.items():
            if name in ENTRIES:
                _training_option(name, option, getattr(TrainConfig, name))


def _training_option(name: str, option: Option, default: object) -> None:
    if option.kind in ("choice", "text"):
        choices = list(option.choices) or _devices()
        value = state.known(name, choices, str(default))
        st.selectbox(option.label, choices, help=option.help, **state.bind(name, value))
    elif option.shown is not None:
        least, most, step = (int(end) if option.kind == "whole" else end for end in option.shown)
        empty = f" Empty: {option.empty}." if option.empty else ""
        st.number_input(
            option.label, least, most, step=step, format="%d" if option.kind == "whole" else "%g",
            help=option.help + empty, placeholder="auto" if option.empty else None,
            **state.bind(name, _within(name, option, default)),
        )  # fmt: skip


def _within(name: str, option: Option, default: object) -> object:
    """Return a setting within the range of its widget; another value is dropped with a note."""
    value = getattr(state.get(), name)
    if value is None:
        return default
    if _fits(name, option, value):
        return value
    links.note_fallback(name, value)
    state.put(**{name: None})
    return default


def _fits(name: str, option: Option, value: object) -> bool:
    """Return whether an option takes a number and its widget can show it."""
    try:
        option.check(name, value)
    except SettingError:
        return False
    return option.shown is None or option.shown[0] <= float(str(value)) <= option.shown[1]


def _devices() -> list[str]:
    from east.training.devices import available_devices

    return ["auto", *available_devices()]
