"""The choice of a row of the last run: an arm, a cell of its matrix, and a number among its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages.microscope.subject import Subject
from pages.shared import session, state

if TYPE_CHECKING:
    from east.microscope import LossSetup
    from east.run import Run
    from east.training import LaneResult, Outcome

ANY = -1


def pick(run: Run, outcome: Outcome) -> Subject | None:
    """Draw the choice and return the row in a batch; None when no row falls into the cell."""
    from east.microscope import batch_around

    lane = _pick_lane(outcome)
    # A table may have been split without a test part.
    tested = len(outcome.test_targets) > 0
    targets = outcome.test_targets if tested else outcome.validation_targets
    values = lane.test_probabilities if tested else lane.validation_probabilities
    true, predicted = _pick_cell(outcome.classes)
    chosen = values.argmax(axis=1)
    rows = np.flatnonzero(((targets == true) | (true == ANY)) & ((chosen == predicted) | (predicted == ANY)))
    part = "test" if tested else "validation"
    st.caption(f"{len(rows):,} of {len(targets):,} {part} rows are there, by seed {lane.seed}.")
    if not len(rows):
        return None
    number = min(state.get().probe_row, len(rows))
    st.number_input("Number of the row", 1, len(rows), step=1, **state.bind("probe_row", number))
    row = int(rows[number - 1])
    batch = session.once("probe_batch", (run.id, lane.loss, row), lambda: batch_around(values, targets, row))
    return Subject(batch, 0, _setup(run, outcome), outcome.classes, by_hand=False)


def _pick_lane(outcome: Outcome) -> LaneResult:
    """Draw the choice of an arm without a rule, and return its first seed."""
    arms = {found.arm.key: found for found in outcome.arms if found.arm.plain}
    key = state.known("probe_arm", arms, next(iter(arms)))
    st.selectbox(
        "Arm", list(arms), format_func=lambda each: arms[each].arm.label, **state.bind("probe_arm", key)
    )
    return arms[key].lanes[0]


def _pick_cell(classes: tuple[str, ...]) -> tuple[int, int]:
    """Draw the choice of a cell of the matrix; ANY stands for a whole row or column."""
    wanted = state.get().probe_cell
    fits = len(wanted) == 2 and max(wanted) < len(classes)
    cell = (wanted[0], wanted[1]) if fits else (ANY, ANY)
    for entry, label in enumerate(("True class", "Predicted class")):
        st.selectbox(
            label,
            range(ANY, len(classes)),
            format_func=lambda place: "any" if place == ANY else classes[place],
            **state.bind_entry("probe_cell", entry, cell),
        )
    return cell


def _setup(run: Run, outcome: Outcome) -> LossSetup:
    """Return the settings of the run's losses; the anchor needs the training part's class counts."""
    from east.microscope import LossSetup

    counts = run.machine.dataset.class_counts if run.machine is not None else None
    return LossSetup(outcome.metric, class_counts=None if counts is None else tuple(counts.tolist()))
