"""What surrounds every page: the guard it starts with, the sidebar strip, and the warm-up of slow imports."""

from __future__ import annotations

import gc
import importlib
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from pages.shared import live_view, state
from pages.shared.words import STATUS_NAMES, literal

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

    from east.run import Run

STYLE = """<style>
.stMainBlockContainer { padding-top: 3.2rem; padding-bottom: 3rem; max-width: 1760px; }
</style>"""
STRIP_S = 2.0
FIRST_PAGE_S = 1.0
WARMING_S = 0.5
SLOW_IMPORTS = ("torch", "east.training", "east.dataset", "skrub", "east.losses", "east.comparison")


_hurry = threading.Event()


def guard(page: str) -> None:
    """Send a session that came to a page without the frame through app.py, and back here.

    A server that has not served its front page yet runs a page of a deep link on its own.
    """
    if not state.frame_is_open():
        state.load_link()
        state.remember_way(page)
        st.switch_page("app.py", query_params=state.link())


def enter(pages: Mapping[str, StreamlitPage]) -> None:
    """Open the frame: read the link, and go on to the page that a deep link asked for."""
    state.open_frame()
    state.load_link()
    st.html(STYLE)
    way = state.take_way()
    if way is not None and way in pages:
        st.switch_page(pages[way], query_params=state.link())


def leave(watching: bool) -> None:
    """Close the frame: write the link, tell of a run, load what draws figures, and warm up behind the page.

    Args:
        watching: whether the page shows the run itself.
    """
    run = state.run()
    if run is not None and not watching:
        with st.sidebar:
            st.fragment(_tell_of, run_every=None if run.frame.ended else STRIP_S)(run)
    state.write_link()
    live_view.load_plotly()
    warm_up()


def _tell_of(run: Run) -> None:
    """Say beside other pages how a run is doing; who sees it there is watching it too."""
    run.touch()
    snapshot, status = run.frame.snapshot, STATUS_NAMES[run.frame.status]
    share = f", {snapshot.progress:.0%}" if snapshot and not run.frame.ended else ""
    with st.container(border=True):
        st.caption(literal(run.title))
        st.page_link("pages/train.py", label=f"{status}{share}", icon=":material/monitoring:")


def notes() -> None:
    """Show what the pages had to say, such as a setting in the link that does not exist."""
    for sentence in state.take_notes():
        st.info(sentence, icon=":material/info:")


def icon() -> Image.Image:
    """Draw the app's icon, a small confusion matrix; a named icon would be fetched from outside."""
    blue, pale = (0, 114, 178), (214, 230, 242)
    cells = np.array([[blue, pale], [pale, blue]], dtype=np.uint8)
    return Image.fromarray(np.kron(cells, np.ones((32, 32, 1), dtype=np.uint8)))


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Import what is slow in a thread, once a process."""
    thread = threading.Thread(target=_warm_up, name="east-warm-up", daemon=True)
    thread.start()
    return thread


def wait_until_warm() -> None:
    """Wait for the slow imports, and say what is waited for."""
    thread = warm_up()
    _hurry.set()
    if thread.is_alive():
        with st.spinner("Loading PyTorch, once…"):
            thread.join()


def warm() -> bool:
    """Whether the slow imports are there; if not, say so, and draw the page anew once they are.

    Unlike `wait_until_warm` it does not hold the page, whose live parts hear no click while it runs.
    """
    thread = warm_up()
    _hurry.set()
    if thread.is_alive():
        st.fragment(_warming, run_every=WARMING_S)(thread)
        return False
    return True


def _warming(thread: threading.Thread) -> None:
    if not thread.is_alive():
        st.rerun()
    st.markdown(":material/hourglass_top: Loading PyTorch, once…")


def _warm_up() -> None:
    # The first page comes first, unless somebody waits for what is imported here.
    _hurry.wait(FIRST_PAGE_S)
    for name in SLOW_IMPORTS:
        importlib.import_module(name)
    spare_the_collector()


def spare_the_collector() -> None:
    """Keep what lives now out of later searches for garbage, which Streamlit asks for after every rerun.

    Such a search holds all threads, the training's too: about 0.1 s over all that PyTorch brings along.
    What was kept out earlier and has become garbage since is collected first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
