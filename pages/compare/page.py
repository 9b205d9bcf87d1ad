"""Who won on the test part, by how much, how sure that is, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from pages.compare import (
    beside,
    classes,
    frontier,
    grid,
    matrices,
    past,
    sizes,
    square,
    verdict,
    what_if,
)
from pages.shared import address, notes, shelf, state, warm_up
from pages.shared.judging import judged
from pages.shared.settings import DEFAULTS
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.run import Run
    from east.training import Outcome

POLL_S = 1.0

SECTIONS: Mapping[str, tuple[str, Callable[[Run, Outcome], None]]] = {
    "scores": ("Scores", verdict.section),
    "what_if": ("What if", what_if.section),
    "classes": ("Class by class", classes.section),
    "matrices": ("Matrices", matrices.section),
    "grid": ("Metric × metric", grid.section),
    "frontier": ("β frontier", frontier.section),
    "sizes": ("Network size", sizes.section),
    "past": ("Past runs", past.section),
}


def main() -> None:
    """Draw the page."""
    address.title_with_link("Compare")
    noted = st.container()
    _page()
    with noted:
        notes.draw()


def _page() -> None:
    run = shelf.run()
    outcome = run.outcome if run else None
    if run is None or outcome is None:
        st.fragment(_waiting, run_every=None if run is None or run.state.ended else POLL_S)(run)
        past.listing()
        return
    warm_up.wait()
    try:
        comparison = judged(run, outcome)
    except EastError as error:
        st.error(literal(error))
        past.listing()
        return
    seeds, rows = len(comparison.race.seeds), len(outcome.test_targets)
    st.markdown(
        f"**{literal(run.title)}** · {literal(outcome.metric.label)} on {rows:,} test rows that no arm has "
        f"trained on · {seeds} {'seeds' if seeds > 1 else 'seed'} · {outcome.steps:,} steps"
    )
    verdict.headline(comparison)
    square.draw(run, outcome, comparison)
    beside.draw(run, outcome, comparison)
    chosen = state.known("section", SECTIONS, DEFAULTS.section)
    st.segmented_control(
        "More about it", list(SECTIONS), format_func=lambda name: SECTIONS[name][0], required=True,
        label_visibility="collapsed", **state.bind("section", chosen),
    )  # fmt: skip
    SECTIONS[chosen][1](run, outcome)


def _waiting(run: Run | None) -> None:
    """Say what is waited for, and draw the page anew when it has come."""
    snapshot = run.state.snapshot if run else None
    if run is not None and run.outcome is not None:
        st.rerun()
    if run is not None and snapshot is not None and not run.state.ended:
        run.touch()
        st.markdown(
            f"The race is on, at step {snapshot.step:,} of {snapshot.total_steps:,}. "
            "The test part is scored once, when the training ends or is stopped."
        )
    else:
        st.markdown("There is nothing to compare yet: the test part is scored when a training ends.")
    st.page_link("pages/train/page.py", label="Go to the training", icon=":material/play_circle:")


main()
