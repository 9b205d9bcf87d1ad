"""The link of a page: the settings and the run that a session starts with, and what the address bar says."""

from __future__ import annotations

import streamlit as st

from pages.shared import notes
from pages.shared.session import Slot
from pages.shared.settings import DEFAULTS, ENTRIES, Settings, from_link, to_link

SETTINGS: Slot[Settings] = Slot("settings")
BEGAN: Slot[Settings] = Slot("settings_of_the_link")
"""What the link said that the session began with."""
RUN: Slot[str] = Slot("run")
LONGEST_QUOTE = 60


def load() -> None:
    """Take the settings from the link when a session begins; what cannot be read falls back, with a note."""
    if SETTINGS.get() is not None:
        return
    texts = st.query_params.to_dict()
    settings, unread = from_link(texts)
    SETTINGS.set(settings)
    BEGAN.set(settings)
    for name, text in unread.items():
        note_fallback(name, text)
    if "run" in texts:
        RUN.set(texts["run"])


def texts() -> dict[str, str]:
    """Return what the link is to say: every setting that is not at its default, and the run."""
    run_id = RUN.get()
    return {**to_link(SETTINGS.get() or DEFAULTS), **({"run": run_id} if run_id else {})}


def write() -> None:
    """Make the address bar say what is set; a page switch empties it, so every page run writes it again."""
    wanted = texts()
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def note_fallback(name: str, value: object) -> None:
    """Note that a setting's value is not known here."""
    note_unknown(ENTRIES[name].label, value)


def note_unknown(label: str, value: object) -> None:
    """Note that a value is not known here, of what people call `label`."""
    quoted = str(value)[:LONGEST_QUOTE]
    notes.add(f"The link's {label} “{quoted}” is not known here; the default is used.")
