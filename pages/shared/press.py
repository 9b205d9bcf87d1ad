"""A button whose press is not lost."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared.session import Slot


def press(label: str, key: str, **options: Any) -> bool:
    """Draw a button of `st.button`'s options, and return whether it has been pressed since it was last drawn.

    A live part above may have the page drawn anew before this is reached. Streamlit forgets a press then.
    """
    pressed: Slot[bool] = Slot(f"pressed_{key}")
    st.button(label, key=key, on_click=pressed.set, args=(True,), **options)
    return bool(pressed.take())
