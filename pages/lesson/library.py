"""The lessons there are: the text files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from east.errors import LessonError
from east.lesson import Lesson, read_lesson
from pages.shared import state
from pages.shared.settings import ENTRIES, FIELDS, Settings, from_link

FOLDER = Path(__file__).with_name("lessons")
FIRST = "why_the_metric"


def names() -> list[str]:
    """List the lessons, the one that comes with the app first."""
    found = sorted(path.stem for path in FOLDER.glob("*.toml"))
    return sorted(found, key=lambda name: name != FIRST)


def chosen() -> str:
    """Return the lesson of the link; one that there is not falls back to the first, with a note."""
    there = names()
    return state.known("lesson", there, there[0])


def lesson(name: str) -> Lesson:
    """Return a lesson; a file that has changed is read anew.

    Raises:
        LessonError: for a mistake in the file.
    """
    path = FOLDER / f"{name}.toml"
    return _read(str(path), version(name))


def version(name: str) -> int:
    """Return a number that is another one once the lesson's file has changed."""
    return (FOLDER / f"{name}.toml").stat().st_mtime_ns


@st.cache_resource(show_spinner=False, max_entries=32)
def _read(path: str, version: int) -> Lesson:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise LessonError("The lesson's file is not UTF-8", str(error), "save it as UTF-8") from error
    found = read_lesson(text)
    for number, step in enumerate(found.steps, start=1):
        for panel in step.panels:
            settings_of(panel.settings, f"step {number}")
    return found


def settings_of(texts: Mapping[str, str], place: str) -> Settings:
    """Return the settings that a lesson's texts say.

    Raises:
        LessonError: for a name that is no setting, or a text that it cannot have.
    """
    for name in texts:
        if name not in FIELDS:
            remedy = "use the names that stand in the address bar"
            raise LessonError(f"In {place} there is a setting that is not known", repr(name), remedy)
    settings, unread = from_link(texts)
    for field, text in unread.items():
        raise LessonError(f"In {place} the {ENTRIES[field].label} cannot be read", repr(text))
    return settings
