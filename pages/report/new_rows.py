"""The rows to predict: a file of the reader's, or the run's own test rows to try it with."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from east.tables import upload_endings
from pages.report.taken import Taken
from pages.shared.session import Slot
from pages.shared.settings import DEFAULTS, Settings
from pages.shared.uploads import Reading, Upload
from pages.shared.words import literal

if TYPE_CHECKING:
    import pandas as pd

MOST_MEGABYTES = 200
PATIENCE_S = 2.0
POLL_S = 0.5

_READING: Slot[Reading] = Slot("reading_of_new_rows")
_TRIED: Slot[str] = Slot("run_whose_test_rows_are_tried")


@dataclass(frozen=True)
class NewRows:
    """Rows to predict: where they are from, and what tells them from others."""

    frame: pd.DataFrame
    name: str
    mark: Hashable


def choose(taken: Taken) -> NewRows | None:
    """Draw the place for a file, and return the rows once they have been read."""
    file = st.file_uploader(
        "A new table with the columns of training, in any order and format",
        type=list(upload_endings()),
        max_upload_size=MOST_MEGABYTES,
    )
    if file is None:
        _give_up()
        tried = _TRIED.get() == taken.run.id
        st.button(
            "Or try it on the test rows", on_click=_TRIED.set, args=(taken.run.id,), disabled=tried, type="tertiary",
            icon=":material/science:",
        )  # fmt: skip
        return _test_rows(taken) if tried else None
    _TRIED.take()
    reading = _follow(Upload(file.file_id, file.name, file.getvalue(), {}), _like_training(taken, file.name))
    if not reading.done(PATIENCE_S):
        st.fragment(_waiting, run_every=POLL_S)(reading)
        return None
    if reading.table is None:
        st.error(literal(reading.problem))
        return None
    return NewRows(reading.table.frame, reading.name, id(reading))


def _follow(upload: Upload, settings: Settings) -> Reading:
    """Return the reading of a file; begins it where there is none."""
    reading = _READING.get()
    if reading is None or not reading.answers(upload, settings):
        _give_up()
        reading = Reading(upload, settings, profiled=False)
        _READING.set(reading)
    return reading


def _give_up() -> None:
    """End a reading whose file is gone."""
    reading = _READING.take()
    if reading is not None:
        reading.give_up()


def _like_training(taken: Taken, name: str) -> Settings:
    """Return how a file is read: as that of training was, where the two end alike."""
    trained = taken.kept
    alike = Path(name).suffix.lower() == Path(trained.table.name).suffix.lower()
    return trained.read_as if alike and trained.read_as is not None else DEFAULTS


def _waiting(reading: Reading) -> None:
    if reading.done():
        st.rerun()
    seconds = time.monotonic() - reading.began
    st.markdown(f":material/hourglass_top: Reading {literal(reading.name)}, {seconds:.0f} s so far…")


def _test_rows(taken: Taken) -> NewRows:
    dataset = taken.dataset
    rows = (dataset.test_table or taken.kept.table).frame.iloc[dataset.test.rows]
    return NewRows(rows, f"{taken.kept.table.name}, test rows", taken.run.id)
