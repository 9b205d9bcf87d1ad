"""The choice of two arms of a race."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import state

if TYPE_CHECKING:
    from east.comparison import Comparison
    from east.training import Arm


def pick_two(comparison: Comparison) -> tuple[Arm, Arm]:
    """Draw the choice of two arms; at first they are the subject and cross-entropy, or else another arm."""
    race = comparison.race
    others = [arm for arm in race.arms if arm != comparison.subject]
    second = race.baseline if race.baseline in others else (others or [comparison.subject])[0]
    with st.container(horizontal=True):
        return _pick("first", "First arm", race.arms, comparison.subject), _pick(
            "second", "Second arm", race.arms, second or comparison.subject
        )


def _pick(name: str, label: str, arms: tuple[Arm, ...], default: Arm) -> Arm:
    by_key = {arm.key: arm for arm in arms}
    chosen = state.known(name, by_key, default.key)
    with st.container(width=320):
        st.selectbox(
            label, list(by_key), format_func=lambda key: by_key[key].label, **state.bind(name, chosen)
        )
    return by_key[chosen]
