"""Sentences for the reader that outlast the page run in which they came up."""

from __future__ import annotations

import streamlit as st

from pages.shared.session import Slot

_NOTES: Slot[tuple[str, ...]] = Slot("notes")


def add(sentence: str) -> None:
    """Remember a sentence for the page that is drawn next."""
    noted = _NOTES.get() or ()
    if sentence not in noted:
        _NOTES.set((*noted, sentence))


def draw() -> None:
    """Show the remembered sentences, and forget them."""
    for sentence in _NOTES.take() or ():
        st.info(sentence, icon=":material/info:")
