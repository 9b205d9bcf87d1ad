"""The settings of a training as widgets, drawn from the tables of metrics, losses, rules and options."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError, SettingError
from pages.shared import links, notes, state, table
from pages.shared.codecs import AUTO
from pages.shared.request import chosen_metric
from pages.shared.settings import DEFAULTS, ENTRIES, FIELDS, MOST_DEPTH, MOST_SEEDS, MOST_WIDTH
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.metrics import MetricSpec
    from east.options import Option

MOST_HINTS = 3
NONE = "none"


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
        chosen_metric(state.get(), table.classes().names)
    except EastError as error:
        st.error(literal(error))


def _metric_option(spec: MetricSpec, name: str, option: Option) -> None:
    """Draw one option of a metric; a matrix has an editor of its own beside the figures."""
    field = FIELDS[option.link or name]
    default = inspect.signature(spec.factory).parameters[name].default
    if option.kind == "choice":
        choices = {**({NONE: NONE} if option.empty else {}), **option.choices}
        value = state.known(field, choices, default if default is not None else NONE)
        st.selectbox(
            option.label, list(choices), format_func=lambda key: choices[key], **state.bind(field, value)
        )
    elif option.kind == "class":
        names = table.classes().names
        if state.get().average == "class" and names:
            st.selectbox(option.label, names, **state.bind(field, state.known(field, names, names[0])))
    elif option.kind in ("number", "whole") and option.shown is not None:
        least, most, step = option.shown
        value = _within(field, option, default)
        st.slider(option.label, least, most, step=step, help=option.help, **state.bind(field, value))


def loss_picker() -> None:
    """Draw the choice of losses and of the rules that decide."""
    from east.losses import LOSSES
    from east.rules import RULES
    from east.training import TrainConfig

    losses = _known_keys("losses", state.get().losses, LOSSES) or TrainConfig.losses
    st.multiselect(
        "Losses to compare",
        list(LOSSES),
        format_func=lambda key: LOSSES[key].label,
        **state.bind("losses", list(losses)),
    )
    for loss in losses[:MOST_HINTS]:
        st.caption(f"**{LOSSES[loss].label}**: {LOSSES[loss].hint}.")
    rules = _known_keys("rules", state.get().rules, RULES) or TrainConfig.rules
    st.multiselect(
        "Decision rules to compare",
        list(RULES),
        format_func=lambda key: RULES[key].label.capitalize(),
        help="Each loss is judged with each rule. Rules are fitted when training ends and cost no training.",
        **state.bind("rules", list(rules)),
    )


def _known_keys(name: str, keys: Sequence[str], known: Mapping[str, object]) -> tuple[str, ...]:
    """Return the keys that are in a table; the others are left out with a note."""
    unknown = [key for key in keys if key not in known]
    if unknown:
        notes.add(f"The link's {ENTRIES[name].label} “{unknown[0][:60]}” is not known here; it is left out.")
        state.put(**{name: tuple(key for key in keys if key in known)})
    return tuple(key for key in keys if key in known)


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
    try:
        option.check(name, value)
    except SettingError:
        fits = False
    else:
        fits = option.shown is None or option.shown[0] <= value <= option.shown[1]
    if not fits:
        links.note_fallback(name, value)
        state.put(**{name: None})
    return value if fits else default


def _devices() -> list[str]:
    from east.training.devices import available_devices

    return ["auto", *available_devices()]
