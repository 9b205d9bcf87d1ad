"""Who won on the test part, by how much, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from east.comparison.kinds import Kind
from east.figures import paired_figure, score_figure
from pages.compare import square
from pages.shared import live_view
from pages.shared.downloads import offer_numbers
from pages.shared.judging import judged
from pages.shared.live_view import Cell, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import Comparison
    from east.run import Run
    from east.training import Outcome

STYLE = "<style>.st-key-verdict h2 { font-size: 1.25rem; padding: 0 0 0.4rem; }</style>"
ICONS: Mapping[Kind, str] = {
    "better": ":green[:material/trending_up:]",
    "better_model": ":green[:material/trending_up:]",
    "better_than_some": ":orange[:material/balance:]",
    "weighting_enough": ":orange[:material/balance:]",
    "rule_enough": ":orange[:material/balance:]",
    "both": ":green[:material/trending_up:]",
    "ensemble": ":green[:material/trending_up:]",
    "anchor_enough": ":orange[:material/balance:]",
    "simpler_enough": ":orange[:material/balance:]",
    "worse": ":red[:material/trending_down:]",
    "worse_model": ":red[:material/trending_down:]",
    "equal": ":material/drag_handle:",
    "undecided": ":material/question_mark:",
    "too_few_rows": ":material/question_mark:",
    "alone": ":material/person:",
}


def headline(comparison: Comparison) -> None:
    """Say who won in plain words, as strongly as the intervals allow."""
    from east.comparison import absent_sentence, verdict

    judgement = verdict(comparison)
    st.html(STYLE)
    with st.container(border=True, key="verdict"):
        st.markdown(f"## {ICONS[judgement.kind]} {literal(judgement.headline)}")
        with st.expander("How sure that is, and in rows"):
            st.markdown("\n".join(f"- {literal(detail)}" for detail in judgement.details))
    absent = absent_sentence(comparison.race)
    if absent:
        st.info(literal(absent), icon=":material/info:")


def section(run: Run, outcome: Outcome) -> None:
    """Show every arm that raced, the rules that were fitted, and the files behind both."""
    comparison = judged(run, outcome)
    _scores(run, comparison)
    square.rules_in_words(outcome, comparison)
    _downloads(run, comparison)


def _scores(run: Run, comparison: Comparison) -> None:
    """Draw every arm's score and the paired differences, each with its interval."""
    from east.comparison import CONVENTION, counts_absent_classes

    theme, label = live_view.theme(), comparison.metric.label
    words = (
        "Line: 95 % interval. Bar: mean over seeds. Dots: the seeds, each at its best moment on validation."
    )
    if counts_absent_classes(comparison.metric, len(comparison.race.classes)):
        words += f" {CONVENTION}."
    cells = [Cell("scores", f"{label} on test", score_figure(comparison.scores, label, theme=theme), words)]
    if comparison.differences:
        paired = paired_figure(comparison.differences, unit=comparison.metric.unit, theme=theme)
        caption = (
            "Right of zero it is better than the rival. Paired: both arms meet the same rows and seeds, so that "
            "what is common to them cancels."
        )
        cells.append(Cell("paired", f"{comparison.subject.label} minus each rival", paired, caption))
    live_view.draw("compare", [Group("scores", cells, 1, wide=True, wide_columns=2)], marks={"run": run.id})


def _downloads(run: Run, comparison: Comparison) -> None:
    """Offer the statistics and every prediction they come from."""
    with st.container(horizontal=True):
        offer_numbers(run, comparison)
