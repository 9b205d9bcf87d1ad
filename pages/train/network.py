"""The choice of a network, and what its size is good for."""

from __future__ import annotations

import streamlit as st

from pages.shared import problems, state, table
from pages.shared.codecs import AUTO
from pages.shared.problems import MADE
from pages.shared.request import hidden_layers


def network_picker() -> None:
    """Draw the choice; auto is what the problem is best seen with, or what the training takes by itself."""
    from east.training import NETWORKS

    key = state.known("network", [AUTO, *NETWORKS], AUTO)
    st.selectbox(
        "Network",
        [AUTO, *NETWORKS],
        format_func=lambda name: "Auto" if name == AUTO else NETWORKS[name].label,
        **state.bind("network", key),
    )
    st.caption(_auto() if key == AUTO else f"{NETWORKS[key].hint.capitalize()}.")


def _auto() -> str:
    problem = problems.current() if table.source() == MADE else None
    hidden = hidden_layers(state.get(), problem)
    if hidden is None:
        return "Auto fits the width to the number of rows."
    widths = ", ".join(map(str, hidden))
    return f"Auto here: hidden layers of {widths} units." if hidden else "Auto here: linear, a scorecard."
