"""The shell: what surrounds every page, and the guard that leads a deep link into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import address, first_look, keeping, links, live_view, shelf, state, warm_up
from pages.shared.settings import DEFAULTS
from pages.shared.words import STATUS_NAMES, literal

if TYPE_CHECKING:
    from east.run import Run

STYLE = """<style>
.stMainBlockContainer { padding-top: 3.2rem; padding-bottom: 3rem; max-width: 1760px; }
/* What Streamlit draws with less contrast than 4.5 to 1, the least that is easy to read. */
[data-testid="stCaptionContainer"] { opacity: 0.75; }
.stCode .token.keyword { color: light-dark(#0b5cad, #ff9fb2); }
.stCode .token.string { color: light-dark(#116329, #7ee0a0); }
button[data-selected="true"] [data-testid="stMarkdownContainer"] p,
[data-testid="stSliderThumbValue"] p { color: light-dark(#00659e, #8ccaf0); }
/* What still loads takes the place of a field with its label, so that nothing moves once it is there. */
[class*="st-key-widget_"]:has(> [data-testid="stSkeleton"]) { min-height: 68px; }
</style>"""
# A small confusion matrix; a named icon would be fetched from outside.
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 2'%3E"
    "%3Crect width='2' height='2' fill='%23d6e6f2'/%3E%3Cpath d='M0 0h1v2h1V1H0z' fill='%230072b2'/%3E%3C/svg%3E"
)
STRIP_S = 2.0


def enter() -> None:
    """Open the shell: read the link, and set the style."""
    links.load()
    first_look.begin()
    st.html(STYLE)
    keeping.reopen()
    _drop_unknown_names()


def _drop_unknown_names() -> None:
    """Note what the link names that no table of metrics, losses or rules has, once these are there."""
    if not warm_up.are_there():
        return
    from east.losses import LOSSES
    from east.metrics import METRICS
    from east.rules import RULES

    state.known("metric", METRICS, DEFAULTS.metric)
    state.known_each("losses", LOSSES)
    state.known_each("rules", RULES)


def leave(watching: bool) -> None:
    """Close the shell: show the run in the sidebar, write the link, and load what later clicks need.

    Args:
        watching: whether the page shows the run itself.
    """
    run = shelf.run()
    if run is not None and not watching:
        with st.sidebar:
            st.fragment(_draw_run, run_every=None if run.state.ended else STRIP_S)(run)
    links.write()
    address.keep_one_entry_a_page()  # from the first look on: a reader may click a link at once
    if not first_look.is_light():
        live_view.load_plotly()
    warm_up.start()


def _draw_run(run: Run) -> None:
    """Show how a run is doing; it is also being watched by this."""
    run.touch()
    snapshot, status = run.state.snapshot, STATUS_NAMES[run.state.status]
    status = f"Waiting, {run.state.ahead} ahead" if run.state.ahead else status
    share = f", {snapshot.progress:.0%}" if snapshot and not run.state.ended else ""
    with st.container(border=True):
        st.caption(literal(run.title))
        st.page_link("pages/train/page.py", label=f"{status}{share}", icon=":material/monitoring:")
