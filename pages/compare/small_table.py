"""A table of a few scores, in the size of the figures' text."""

from __future__ import annotations

import streamlit as st


def small_table(key: str, markdown: str) -> None:
    """Draw a table written in markdown; `key` names it on the page."""
    st.html(
        f"<style>.st-key-{key} table {{ font-size: 0.875rem; }} "
        f".st-key-{key} :is(th, td) {{ padding: 0.2rem 0.75rem; }}</style>"
    )
    with st.container(key=key):
        st.markdown(markdown)
