"""Who won on the test part, by how much, how sure that is, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from pages.shared import frame, judging, past, state, sweeps, what_if
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.run import Run
    from east.training import Outcome

POLL_S = 1.0

SECTIONS: Mapping[str, tuple[str, Callable[[Run, Outcome], None]]] = {
    "classes": ("Class by class", judging.classes),
    "matrices": ("Matrices", judging.matrices),
    "offsets": ("What if: offsets", what_if.section),
    "grid": ("Metric × metric", sweeps.grid_section),
    "frontier": ("β frontier", sweeps.frontier_section),
    "past": ("Past runs", past.section),
}


def main() -> None:
    """Draw the page."""
    st.title("Compare", anchor=False)
    frame.notes()
    run = state.run()
    outcome = run.outcome if run else None
    if run is None or outcome is None:
        st.fragment(_waiting, run_every=None if run is None or run.frame.ended else POLL_S)(run)
        past.listing()
        return
    frame.wait_until_warm()
    try:
        judged = judging.judged(run, outcome)
    except EastError as error:
        st.error(literal(error))
        past.listing()
        return
    seeds, rows = len(judged.race.seeds), len(outcome.test_targets)
    st.markdown(
        f"**{literal(run.title)}** · {literal(outcome.metric.label)} on {rows:,} test rows that no arm has "
        f"trained on · {seeds} {'seeds' if seeds > 1 else 'seed'} · {outcome.steps:,} steps"
    )
    judging.headline(judged)
    judging.scores(run, judged)
    judging.downloads(run, judged)
    st.segmented_control(
        "More about it", list(SECTIONS), format_func=lambda name: SECTIONS[name][0], required=True,
        label_visibility="collapsed", **state.bind("section", state.chosen("section", SECTIONS)),
    )  # fmt: skip
    SECTIONS[str(state.setting("section"))][1](run, outcome)


def _waiting(run: Run | None) -> None:
    """Say what is waited for, and draw the page anew when it has come."""
    snapshot = run.frame.snapshot if run else None
    if run is not None and run.outcome is not None:
        st.rerun()
    if run is not None and snapshot is not None and not run.frame.ended:
        run.touch()
        st.markdown(
            f"The race is on, at step {snapshot.step:,} of {snapshot.total_steps:,}. "
            "The test part is scored once, when the training ends or is stopped."
        )
    else:
        st.markdown("There is nothing to compare yet: the test part is scored when a training ends.")
    st.page_link("pages/train.py", label="Go to the training", icon=":material/play_circle:")


frame.guard("compare")
main()
