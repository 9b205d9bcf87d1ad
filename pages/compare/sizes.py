"""The size sweep: from which network size on deciding for the metric does as well as training for it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from east.figures import size_figure
from east.run import Background
from east.tables import neutralise_formulas
from pages.shared import live_view, shelf, state
from pages.shared.live_view import Cell, Group
from pages.shared.press import press
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import SizeProgress, SizeSweep
    from east.run import Run
    from east.training import Outcome, Scorecard

POLL_S = 1.0
MOST_FEATURES = 30


@st.cache_resource(show_spinner=False)
def _sweeps() -> dict[str, Background[SizeProgress, SizeSweep]]:
    """Return, for the whole process, the sweep beside each run."""
    return {}


def section(run: Run, outcome: Outcome) -> None:
    """Draw the sweep, or offer to train it."""
    st.caption(
        "A small network cannot learn every probability, so it matters which errors it is trained to avoid; a "
        "large one can, and a rule does as well. Small ones are what scorecards, small devices and linear heads "
        "on frozen features use."
    )
    sweep = _sweeps().get(run.id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=120):
            seeds = state.get().sweep_seeds
            st.number_input("Seeds", 1, 10, step=1, **state.bind("sweep_seeds", seeds))
        label = "Train the sizes" if sweep is None else "Train the sizes anew"
        under_way = sweep is not None and not sweep.ended
        pressed = press(label, "train_sizes", type="primary", disabled=under_way)
    if pressed:
        _start(run, seeds)
        st.rerun()
    if sweep is not None:
        polling = not sweep.ended
        st.fragment(_draw, run_every=POLL_S if polling else None)(sweep, polling)


def _start(run: Run, seeds: int) -> None:
    assert run.machine is not None
    machine, known = run.machine, _sweeps()

    def make() -> Generator[SizeProgress, None, SizeSweep]:
        from east.comparison import sweep_sizes

        return sweep_sizes(machine.dataset, replace(machine.config, members=1, seeds=tuple(range(seeds))))

    for gone in [run_id for run_id in known if shelf.store().get(run_id) is None]:
        known.pop(gone).stop()
    known[run.id] = Background(make).start()


def _draw(sweep: Background[SizeProgress, SizeSweep], polling: bool) -> None:
    """Draw what there is of a sweep; draw the page anew when it has ended."""
    from east.comparison import SizeSweep, size_label

    sweep.touch()
    if polling and sweep.ended:
        st.rerun()
    if sweep.problem is not None:
        st.error(literal(sweep.problem))
    progress, made = sweep.progress, sweep.result
    if polling:
        text = f"{size_label(progress.hidden)} in training" if progress is not None else "Preparing"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(progress.share if progress is not None else 0.0, text)
            st.button("Stop the sizes", on_click=sweep.stop, disabled=sweep.stopping)
    if made is None and progress is not None and progress.points:
        made = SizeSweep(progress.points[0].comparison.metric, progress.points)
    if made is not None:
        _show(made)
    elif not polling and sweep.problem is None:
        st.caption("It was stopped before the first size had ended.")


def _show(made: SizeSweep) -> None:
    theme = live_view.theme()
    caption = "Lines: 95 % intervals. The rule is the one that served the rival best on these test rows."
    cell = Cell("sizes", f"{made.metric.label} by network size", size_figure(made, theme=theme), caption)
    st.markdown(f"**{literal(made.sentence)}**")
    live_view.draw("sizes", [Group("sizes", [cell], 1, wide=True)])
    cards = made.points[0].scorecards
    if cards:
        with st.expander("The linear network as a scorecard"):
            _scorecard(cards[-1])


def _scorecard(card: Scorecard) -> None:
    """List the coefficients, the features that matter most first."""
    frame = pd.DataFrame(card.coefficients, columns=list(card.classes))
    frame.insert(0, "feature", list(card.features), allow_duplicates=True)  # a class may be called so
    order = abs(card.coefficients).max(axis=1).argsort()[::-1][:MOST_FEATURES]
    intercepts = pd.DataFrame([["intercept", *card.intercepts]], columns=frame.columns)
    shown = pd.concat([intercepts, frame.iloc[order]], ignore_index=True)
    formats = {name: st.column_config.NumberColumn(format="%+.2f") for name in map(str, shown.columns[1:])}
    st.dataframe(neutralise_formulas(shown), hide_index=True, column_config=formats)
    st.caption(
        "EAST's coefficients, the first seed's: a class's score is its intercept plus the sum of feature × "
        "coefficient, and the highest score is predicted. Numbers are scaled, so that a coefficient is for one "
        "standard deviation. "
        f"The {len(order)} features with the largest coefficients of {len(card.features)}."
    )
