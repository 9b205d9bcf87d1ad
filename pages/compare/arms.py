"""The judged race: its comparison, what its arms are called, and the choice of two of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import session, state

if TYPE_CHECKING:
    from east.comparison import Comparison
    from east.run import Run
    from east.training import Outcome


def judged(run: Run, outcome: Outcome) -> Comparison:
    """Return the run's comparison, made once a session."""

    def make() -> Comparison:
        from east.comparison import compare, race_from

        with st.spinner("Resampling the test rows…"):
            return compare(race_from(outcome))

    return session.once("comparison", run.id, make)


def labels(keys: Sequence[str]) -> dict[str, str]:
    """Name arms for people."""
    from east.comparison import arm_label

    return {key: arm_label(key) for key in keys}


def pick_two(comparison: Comparison) -> tuple[str, str]:
    """Draw the choice of two arms."""
    keys = list(comparison.race.keys)
    rivals = [difference.second for difference in comparison.differences]
    fallback = (comparison.hero, "cross_entropy" if "cross_entropy" in rivals else (rivals or keys)[0])
    called = labels(keys)
    chosen = []
    with st.container(horizontal=True):
        for name, label, default in (
            ("first", "First arm", fallback[0]),
            ("second", "Second arm", fallback[1]),
        ):
            with st.container(width=320):
                now = state.known(name, keys, default)
                st.selectbox(label, keys, format_func=lambda key: called[key], **state.bind(name, now))
                chosen.append(now)
    return chosen[0], chosen[1]
