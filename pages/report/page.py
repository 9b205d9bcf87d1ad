"""Leave with something: predictions for a new table, the model, a report, the code, every number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from pages.report import files, model, predict, scripts
from pages.report.taken import Taken
from pages.shared import keeping, notes, shelf, state, warm_up
from pages.shared.downloads import download, offer_numbers
from pages.shared.judging import judged
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import Comparison
    from east.run import Run
    from east.training import Arm, Outcome

POLL_S = 1.0


def main() -> None:
    """Draw the page."""
    st.title("Take away", anchor=False)
    noted = st.container()
    _page()
    with noted:
        notes.draw()


def _page() -> None:
    run = shelf.run()
    kept = shelf.kept_of(run) if run is not None else None
    if run is None or run.outcome is None or kept is None:
        st.fragment(_waiting, run_every=None if run is None or run.state.ended else POLL_S)(run)
        return
    warm_up.wait()
    try:
        comparison = judged(run, run.outcome)
    except EastError as error:
        st.error(literal(error))
        return
    keeping.draw_changed_losses(run, "the command and the script below would train with today's.")
    left, right = st.columns(2, gap="medium")
    with left:
        taken = Taken(run, run.outcome, kept, _arm(run, run.outcome, comparison))
        predict.section(taken)
    with right:
        model.section(taken)
        _story(taken, comparison)
    scripts.section(taken)


def _waiting(run: Run | None) -> None:
    """Say what is waited for, and draw the page anew when it has come."""
    if run is not None and run.outcome is not None and run.state.ended and shelf.kept_of(run) is not None:
        st.rerun()
    if run is not None and not run.state.ended:
        run.touch()
        st.markdown("The race is still on. What there is to take away comes when it ends or is stopped.")
    else:
        st.markdown(
            "There is nothing to take away yet. Train first: then you can predict on a new table here, and "
            "download the model, a report, and the code that does it all again."
        )
    st.page_link("pages/train/page.py", label="Go to the training", icon=":material/play_circle:")


def _arm(run: Run, outcome: Outcome, comparison: Comparison) -> Arm:
    """Draw the choice of an arm; at first it is the cheapest that no costlier one is shown to beat."""
    best = comparison.steps[-1].start if comparison.steps else comparison.subject
    arms = {found.arm.key: found.arm for found in outcome.arms}
    key = state.known("taken", arms, best.key)
    st.selectbox(
        f"Model of {literal(run.title)}",
        list(arms),
        format_func=lambda key: arms[key].label,
        **state.bind("taken", key),
    )
    score = comparison.score(arms[key])
    low, high = score.interval
    caption = f"{comparison.metric.label} on test: {score.mean:.3f} (95 % interval {low:.3f} to {high:.3f})."
    if key != best.key:
        caption += f" The verdict is for {best.label}."
    elif comparison.steps:
        caption += " It is the simplest arm that no costlier one is shown to beat."
    st.caption(literal(caption))
    return arms[key]


def _story(taken: Taken, comparison: Comparison) -> None:
    """Offer the report and every number."""
    with st.container(border=True):
        st.markdown("**The report and every number**")
        st.caption(
            "One HTML file that opens offline: question, data, verdict, intervals, matrices, curves and replay."
        )
        with st.container(horizontal=True, gap="small"):
            download("Report (html)", lambda: files.report(taken), "report.html")
            download("History (json)", lambda: files.history(taken.run), "history.json")
            offer_numbers(taken.run, comparison)


main()
