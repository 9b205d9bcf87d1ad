"""The two components that touch the browser's address; it says all settings of the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

HINT = "The address of what you see here: its settings and its run. A table of your own is not in it."


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


_copy: Callable[..., object] = st.components.v2.component(
    "east_copy_link", js=_text("copy_link.js"), css=_text("copy_link.css"), isolate_styles=False
)
_history: Callable[..., object] = st.components.v2.component(
    "east_history", js=_text("history.js"), isolate_styles=False
)


def copy_link() -> None:
    """Draw the button that copies the page's address."""
    _copy(key="copy_link", data={"hint": HINT}, width="content", height="content")


def keep_one_entry_a_page() -> None:
    """Let Back and Forward take one click for each page, from now on in this browser tab."""
    _history(key="history")


def title_with_link(title: str) -> None:
    """Draw a page's title, and at its end the button that copies the address."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(title, anchor=False, width="content")
        copy_link()
