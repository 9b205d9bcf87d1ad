"""One row under the microscope: its way into the soft matrix, and what each loss wants of it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from east.errors import EastError
from east.figures import probabilities_at
from pages.microscope import formulas, hand, of_run, other_row, pictures
from pages.microscope.subject import Subject, example, with_row_by_hand
from pages.shared import keeping, notes, shelf, state, warm_up
from pages.shared.words import literal

PROBES: Mapping[str, str] = {"hand": "Set by hand", "run": "Of the last run"}


def main() -> None:
    """Draw the page."""
    st.title("Microscope", anchor=False)
    noted = st.container()
    if not warm_up.done():
        st.markdown("One row, and what each loss wants of it.")
        warm_up.draw_waiting()
    else:
        _page()
    with noted:
        notes.draw()


def _page() -> None:
    with st.sidebar:
        try:
            subject = _subject()
        except EastError as error:
            st.error(literal(error))
            return
    if subject is None:
        st.info("No row falls into this cell. Choose another one in the sidebar.")
        return
    run = shelf.run()
    if run is not None and not subject.by_hand:
        keeping.draw_changed_losses(run, "this page shows today's.")
    st.fragment(_look)(subject)
    formulas.section()


def _subject() -> Subject | None:
    """Draw the choice of what lies under the microscope and return it; None when no row fits."""
    run = shelf.run()
    outcome = run.outcome if run is not None else None
    known = PROBES if outcome is not None else {"hand": PROBES["hand"]}
    probe = state.known("probe", known, "hand")
    st.segmented_control(
        "Row",
        list(known),
        format_func=lambda key: PROBES[key],
        required=True,
        **state.bind("probe", probe),
    )
    if probe == "run" and run is not None and outcome is not None:
        return of_run.pick(run, outcome)
    _pick_metric()
    if outcome is None:
        st.caption("Once a training has ended, its rows can be looked at here too.")
    return example()


def _pick_metric() -> None:
    from east.metrics import METRICS

    key = state.known("metric", list(METRICS), "fbeta")
    st.selectbox(
        "Metric",
        list(METRICS),
        format_func=lambda name: METRICS[name].label,
        help="Its options are set on the Train page.",
        **state.bind("metric", key),
    )


def _look(subject: Subject) -> None:
    """Draw all that the sliders change."""
    left, right = st.columns([1, 3.4], gap="medium")
    with left:
        progress = _controls(subject)
    if subject.by_hand:
        subject = with_row_by_hand(subject, state.get().truth, hand.place())
    other = other_row.chosen(subject)
    with right:
        pictures.wants(subject, progress)
        click = pictures.draw(subject, progress, other.move_in(subject))
    if click is not None:
        hand.put(probabilities_at(float(click.x), float(click.y)).tolist())
        st.rerun()
    pictures.numbers(subject, progress)
    other_row.section(subject, progress, other)


def _controls(subject: Subject) -> float:
    """Draw the sliders; returns the training progress."""
    progress = st.slider(
        "Annealing: training progress",
        0.0,
        1.0,
        step=0.05,
        help="0: soft, as training begins. 1: almost hard, as it ends.",
        **state.bind("annealed", state.get().annealed),
    )
    if subject.by_hand:
        hand.sliders(subject.classes)
    if len(subject.classes) == 3:
        pictures.pick_arrows()
    return progress


main()
