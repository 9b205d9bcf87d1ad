"""The controls that a step leaves to the reader: the moment, the cells, the panels' arms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from east.lesson import Subject
from pages.lesson.pictures import Look
from pages.lesson.prepared import Place, PreparedStep
from pages.shared.settings import DEFAULTS
from pages.shared.words import CELL_NAMES

if TYPE_CHECKING:
    from east.lesson import Step

MOMENT_STEP = 2
MATRICES = {"soft", "hard"}
ALONG = {"regions", "soft", "hard", "difference", "score", "gap", "annealing", "heaviside"}


def draw(place: Place, step: Step, prepared: PreparedStep, above: DeltaGenerator) -> Look:
    """Draw the controls that are not hidden, the moment's in `above`, and return what is to be drawn."""
    mark = f"{place.lesson}/{place.number}"
    percent = round(100 * step.moment)
    if "moment" not in step.hide and ALONG & set(step.show):
        percent = above.slider(
            "Moment of the training",
            0,
            100,
            percent,
            MOMENT_STEP,
            format="%d %%",
            key=f"lesson_moment/{mark}",
        )
    cells, subjects = DEFAULTS.show, prepared.subjects
    wanted = [name for name in ("cells", "arms") if name not in step.hide]
    if "cells" in wanted and not MATRICES & set(step.show):
        wanted.remove("cells")
    if wanted:
        with st.expander("More to try", icon=":material/tune:"):
            if "cells" in wanted:
                cells = st.selectbox(
                    "Cells", list(CELL_NAMES), format_func=CELL_NAMES.__getitem__, key=f"lesson_cells/{mark}"
                )
            if "arms" in wanted:
                subjects = tuple(_pick(mark, subjects))
    return Look(subjects, percent / 100, cells)


def _pick(mark: str, subjects: Sequence[Subject]) -> list[Subject]:
    """Draw the choice of each panel's arm, among those of its run."""
    chosen = []
    for side, subject in zip(("Left", "Right"), subjects, strict=False):
        arms = {arm.label: arm for arm in subject.of.arms()}
        labels = list(arms)
        label = st.selectbox(
            f"{side} panel", labels, index=labels.index(subject.arm.label), key=f"lesson_arm/{mark}/{side}"
        )
        chosen.append(Subject(subject.of, arms[label]))
    return chosen
