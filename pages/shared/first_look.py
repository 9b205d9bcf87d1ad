"""A session's first look: what can be used at once is shown first, and the rest as soon as that is on the screen."""

from __future__ import annotations

from itertools import count

import streamlit as st

from pages.shared import state
from pages.shared.session import Slot

REST_S = 0.3
SELECT_PX, EXPANDER_PX = 68, 40
"""Heights of what a first look may leave out, so that nothing moves when it comes."""

_STAGE: Slot[str] = Slot("first_look")
_LIGHT, _OVER = "light", "over"


def begin() -> None:
    """Note that another page run of the session begins; the first look is then over.

    It comes so soon that the browser may not have shown a widget of the first one yet. Such a widget would start
    with its default, and a click would send that as if the reader had chosen it.
    """
    if _STAGE.get() == _LIGHT:
        _STAGE.set(_OVER)
        state.show_again()


def is_first() -> bool:
    """Return whether this is the session's first page run."""
    return _STAGE.get() is None


def draw_rest_later() -> bool:
    """Have the page drawn whole once the browser has shown it; returns False when that has been done."""
    if _STAGE.get() == _OVER:
        return False
    _STAGE.set(_LIGHT)
    calls = count()

    def draw_rest() -> None:
        if next(calls):
            st.rerun()

    st.fragment(draw_rest, run_every=REST_S)()
    return True


def is_light() -> bool:
    """Whether this page run left something out."""
    return _STAGE.get() == _LIGHT
