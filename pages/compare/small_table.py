"""Tables of scores: a few in the size of the figures' text, and how long one may be before it scrolls."""

from __future__ import annotations

import streamlit as st

MOST_ROWS_AT_ONCE = 30
"""A longer table scrolls in its place."""


def small_table(key: str, markdown: str) -> None:
    """Draw a table written in markdown; `key` names it on the page."""
    st.html(
        f"<style>.st-key-{key} table {{ font-size: 0.875rem; }} "
        f".st-key-{key} :is(th, td) {{ padding: 0.2rem 0.75rem; }}</style>"
    )
    with st.container(key=key):
        st.markdown(markdown)
