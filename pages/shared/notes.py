"""Sentences for the reader that outlast the page run in which they came up."""

from __future__ import annotations

import streamlit as st

from pages.shared.session import Slot
from pages.shared.words import literal

_NOTES: Slot[tuple[str, ...]] = Slot("notes")


def add(sentence: str) -> None:
    """Remember a sentence for the page that is drawn next."""
    noted = _NOTES.get() or ()
    if sentence not in noted:
        _NOTES.set((*noted, sentence))


def draw() -> None:
    """Show the remembered sentences letter by letter, and forget them: they quote links, files and names."""
    for sentence in _NOTES.take() or ():
        st.info(literal(sentence), icon=":material/info:")
