"""The made problem of the settings: a preset, with whatever has been changed of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from east.synthetic import DEFAULT_PRESET, DEFAULT_TEST_ROWS, PRESETS, RANGES, Preset, Problem, make_problem
from pages.shared import links, state
from pages.shared.settings import DEFAULTS, Settings

if TYPE_CHECKING:
    from east.tables import Table

MADE = "made"
"""What the setting `sample` says where a made problem is in use."""
PARTS = ("shape", "classes", "imbalance", "overlap", "noise")
CHANGEABLE = (*PARTS, "rows", "problem_seed")
TEST_SEED = 2**31
"""Far from every seed of a split, so that the test rows are none of the others."""


def preset() -> Preset:
    """Return the chosen preset."""
    return PRESETS[state.known("preset", PRESETS, DEFAULT_PRESET)]


def preset_of(settings: Settings) -> Preset:
    """Return the preset that settings name, or the default one; unlike `preset` it needs no session."""
    return PRESETS.get(settings.preset or DEFAULT_PRESET, PRESETS[DEFAULT_PRESET])


def take_metric() -> None:
    """Set the metric that the chosen preset is good for, where none has been chosen."""
    settings, chosen = state.get(), preset()
    if chosen.metric != settings.metric and settings.metric == DEFAULTS.metric:
        state.put(metric=chosen.metric, **dict(chosen.options))
    elif chosen.metric == settings.metric and settings.beta is None and "beta" in chosen.options:
        state.put(**dict(chosen.options))


def current() -> Problem:
    """Return the problem of the settings; a value that it cannot have falls back to the preset's, with a note."""
    settings, base = state.get(), preset().problem
    problem = base
    for name in (*PARTS, "problem_seed"):
        value = getattr(settings, name)
        if value is None:
            continue
        field = "seed" if name == "problem_seed" else name
        try:
            problem = make_problem(**{**problem.settings, field: value})
        except EastError:
            links.note_fallback(name, value)
            state.put(**{name: None})
    return problem


def rows() -> int:
    """Return how many rows there are to train and validate on; a number out of range falls back, with a note."""
    wanted, limits = state.get().rows, RANGES["rows"]
    if wanted is not None and not limits.least <= wanted <= limits.most:
        links.note_fallback("rows", wanted)
        state.put(rows=None)
        wanted = None
    return wanted or preset().rows


def table() -> Table:
    """Return the rows to train and validate on."""
    return drawn(current(), rows(), state.get().split_seed)


def test_table(problem: Problem) -> Table:
    """Return fresh rows to judge on."""
    return drawn(problem, DEFAULT_TEST_ROWS, TEST_SEED)


@st.cache_resource(show_spinner=False, max_entries=16)
def drawn(problem: Problem, rows: int, seed: int) -> Table:
    """Draw a table, once a process: it is the same for everybody and never changed."""
    return problem.table(rows, seed)
