"""The style of the Train page: a small head, so that the stage lies in one window, and larger words on demand."""

from __future__ import annotations

import streamlit as st

# No `:has` of what is around the figures: each change in a figure would have the style of the whole page found anew.
HEAD = """<style>
.stMainBlockContainer { padding: 0.8rem 2rem 2rem; }
[data-testid=stMain] { scroll-padding-top: 0; }
[data-testid=stHeader] { background: transparent; pointer-events: none; }
[data-testid=stHeader] * { pointer-events: auto; }
[data-testid=stHeader]:has([data-testid=stExpandSidebarButton]) ~ * .stMainBlockContainer { padding-top: 3.2rem; }
.st-key-train_head h1 { font-size: 1.2rem; padding: 0; }
.st-key-train_head p { font-size: 0.95rem; line-height: 1.35; margin: 0; }
.st-key-train_head [data-testid=stMarkdownContainer] { margin-bottom: 0; }
</style>"""
PROJECTOR = """<style>
html { font-size: clamp(18px, 1.4vw, 36px); }
[data-testid=stSidebar] { display: none; }
</style>"""


def draw(projector: bool) -> None:
    """Set the style."""
    st.html(HEAD + PROJECTOR if projector else HEAD)
