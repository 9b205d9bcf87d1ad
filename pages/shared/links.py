"""The link of a page: the settings and the run that a session starts with, and what the address bar says."""

from __future__ import annotations

import streamlit as st

from pages.shared import notes
from pages.shared.session import Slot
from pages.shared.settings import DEFAULTS, ENTRIES, FIELDS, Settings, from_link, to_link

SETTINGS: Slot[Settings] = Slot("settings")
BEGAN: Slot[Settings] = Slot("settings_of_the_link")
"""What the link said that the session began with."""
RUN: Slot[str] = Slot("run")
RUN_NAME = "run"
"""The name of the run in a link."""
LONGEST_QUOTE, MOST_NAMES = 60, 3


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
    for name in [name for name in texts if name not in FIELDS and name != RUN_NAME][:MOST_NAMES]:
        notes.add(f"The link's “{_quoted(name)}” is no setting here; it is passed over.")
    if RUN_NAME in texts:
        RUN.set(texts[RUN_NAME])


def texts() -> dict[str, str]:
    """Return what the link is to say: every setting that is not at its default, and the run."""
    run_id = RUN.get()
    return {**to_link(SETTINGS.get() or DEFAULTS), **({RUN_NAME: run_id} if run_id else {})}


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
    notes.add(f"The link's {label} “{_quoted(value)}” is not known here; the default is used.")


def note_left_out(name: str, value: object) -> None:
    """Note that one of a setting's several values is not known here."""
    notes.add(f"The link's {ENTRIES[name].label} “{_quoted(value)}” is not known here; it is left out.")


def _quoted(value: object) -> str:
    return str(value)[:LONGEST_QUOTE]
