"""Slow imports and the search for garbage: both wait until nobody waits for them."""

from __future__ import annotations

import gc
import importlib
import threading
from collections.abc import Iterable

import streamlit as st

FIRST_PAGE_S = 1.0
POLL_S = 1.0
# So long a server waits for its first reader, whose first page is faster while nothing else is imported.
ALONE_S = 2.0
FIRST_IMPORTS = (
    "pages.data.upload",
    "pages.data.make",
    "pages.data.split",
    "pages.data.balance",
    "pages.data.columns",
    "pandas",
)
SLOW_IMPORTS = (
    "torch",
    "east.training",
    "east.dataset",
    "east.dataset.encoding.skrub_parts",
    "east.losses",
    "east.comparison",
)

_hurry = threading.Event()
_there = threading.Event()


def prepare() -> None:
    """Import what the first page needs, for a server that starts; all else follows in a thread if nobody comes."""
    _import_each(FIRST_IMPORTS)
    timer = threading.Timer(ALONE_S, start)
    timer.daemon = True
    timer.start()


def start() -> threading.Thread:
    """Import what is slow in a thread, once a process."""
    with _starting:
        if _thread.ident is None:
            _thread.start()
    return _thread


def hurry() -> threading.Thread:
    """Let the slow imports begin at once; returns their thread, for others that import to wait for."""
    thread = start()
    _hurry.set()
    return thread


def wait() -> None:
    """Hold the page until the slow imports are there, and say so."""
    thread = hurry()
    if thread.is_alive():
        with st.spinner("Loading PyTorch, once…"):
            thread.join()


def done() -> bool:
    """Whether the slow imports are there; if not, they hurry."""
    return not hurry().is_alive()


def are_there() -> bool:
    """Whether the slow imports are there; unlike `done` it begins and hurries nothing."""
    return _there.is_set()


def draw_waiting() -> None:
    """Say what is waited for, and draw the page anew once it is there.

    Unlike `wait` it does not hold the page, whose live parts hear no click while it runs.
    """
    st.fragment(_draw_waiting, run_every=POLL_S)(start())


def collect_garbage() -> None:
    """Search for garbage once, and spare what is alive from later searches.

    A search holds all threads, the training's too: about 0.1 s over all that PyTorch brings along. What was
    spared earlier and has become garbage since is collected first; a search of what is new alone would not do, for
    Python searches again when a quarter as much is new as the last search found alive.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _draw_waiting(thread: threading.Thread) -> None:
    if not thread.is_alive():
        st.rerun()
    st.markdown(":material/hourglass_top: Loading PyTorch, once…")


def _import_each(names: Iterable[str]) -> None:
    for name in names:
        importlib.import_module(name)


def _import_all() -> None:
    # The first page comes first, unless somebody waits for what is imported here.
    _hurry.wait(FIRST_PAGE_S)
    _import_each(SLOW_IMPORTS)
    _there.set()
    collect_garbage()


_thread = threading.Thread(target=_import_all, name="east-warm-up", daemon=True)
_starting = threading.Lock()
