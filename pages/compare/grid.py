"""The metric x metric grid: trained for each, scored on all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from east.comparison.wording import lowered
from east.figures import grid_figure
from pages.compare import sweep
from pages.shared import live_view, session, state
from pages.shared.downloads import download, predictions
from pages.shared.live_view import Cell, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import Grid
    from east.run import Run
    from east.training import Arm, Outcome, TrainConfig

USUAL = ("fbeta", "fbeta:beta=0.25", "accuracy", "balanced_accuracy", "mcc")
OLD_NAMES: Mapping[str, str] = {"f1": "fbeta", "f0.25": "fbeta:beta=0.25", "f2": "fbeta:beta=2"}
"""What older links call some metrics."""


def section(run: Run, outcome: Outcome) -> None:
    """Draw the grid, or offer to train it."""
    st.caption(
        "Does training for a metric pay in that metric? EAST is trained once for each metric, all in one go, and "
        "every model is scored by all of them."
    )
    from east.comparison import grid_metrics

    own = outcome.metric
    metrics = {name: made for name, made in grid_metrics().items() if made.label != own.label}
    named = [OLD_NAMES.get(name, name) for name in state.get().grid_metrics]
    wanted = [name for name in named if name in metrics]
    wanted = wanted or [name for name in USUAL if name in metrics]
    st.multiselect(
        f"Metrics beside {literal(lowered(own.label))}, the one asked for",
        list(metrics),
        format_func=lambda name: metrics[name].label,
        **state.bind("grid_metrics", wanted),
    )

    def configure(base: TrainConfig) -> TrainConfig:
        from east.comparison import grid_config

        return grid_config([own, *(metrics[name] for name in wanted)], base)

    sweep.section("grid", run, configure, _draw)


def _draw(side: Run, outcome: Outcome) -> None:
    def make() -> Grid:
        from east.comparison import grid

        with st.spinner("Resampling the test rows…"):
            return grid(outcome)

    made = session.once("grid", side.id, make)
    figure = grid_figure(made, theme=live_view.theme())
    caption = (
        "Framed: trained for what it is scored by. ★ the best row of its column; ≈ another is ahead, but not "
        "beyond doubt; ✕ another is ahead beyond doubt (paired, 95 %, corrected). "
        "The stronger the colour, the nearer to the column's best."
    )
    cell = Cell("grid", f"Mean of {len(made.comparisons[0].race.seeds)} seeds on test", figure, caption)
    live_view.draw("grid", [Group("grid", [cell], 1, wide=True)], marks={"run": side.id})
    rows = [
        {
            "scored by": difference_of.metric.label,
            "own row minus": _row_name(made, difference.second),
            "difference": round(difference.value, 4),
            "from": round(difference.interval[0], 4),
            "to": round(difference.interval[1], 4),
            "p, corrected": round(difference.adjusted_p, 4),
        }
        for difference_of in made.comparisons
        for difference in difference_of.differences
    ]
    download(
        "Predictions of the grid (csv)",
        lambda: predictions(side, made.comparisons[0].race),
        "grid.csv",
    )
    with st.expander("Every paired difference with its 95 % interval"):
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def _row_name(made: Grid, arm: Arm) -> str:
    """Name a row of the grid by what it was trained for; a reference by its loss."""
    return arm.metric.label if arm.loss == made.loss else arm.label
