"""The beta frontier: precision against recall as beta sweeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from east.figures import difference_figure, frontier_figure, matrix_figure
from east.figures.ordering import class_order
from pages.compare import sweep
from pages.compare.arms import labels
from pages.compare.downloads import download, predictions
from pages.compare.matrices import side_by_side
from pages.shared import live_view, session, state
from pages.shared.live_view import Cell, Group

if TYPE_CHECKING:
    from east.comparison import Frontier
    from east.run import Run
    from east.training import Outcome


def section(run: Run, outcome: Outcome) -> None:
    """Draw the frontier, or offer to train it."""
    from east.comparison import frontier_config

    st.caption(
        "β weighs recall against precision. EAST is trained for nine values of β in one go; the dotted curve is "
        "one cross-entropy model with offsets tuned anew for each β, which costs no training."
    )
    sweep.section("frontier", run, frontier_config, _draw)


def _draw(side: Run, outcome: Outcome) -> None:
    def make() -> Frontier:
        from east.comparison import frontier

        with st.spinner("Tuning offsets for each β…"):
            return frontier(outcome)

    made = session.once("frontier", side.id, make)
    st.fragment(_draw_at)(side, outcome, made)


def _draw_at(side: Run, outcome: Outcome, made: Frontier) -> None:
    """Draw the curve and the matrices at one beta; the slider runs this alone."""
    theme = live_view.theme()
    known = list(made.betas)
    now = min(known, key=lambda beta: abs(beta - state.get().frontier_beta))
    st.select_slider("β", known, format_func=lambda beta: f"{beta:g}", **state.bind("frontier_beta", now))
    keys = [
        made.loss,
        *(["cross_entropy"] if made.reference else []),
        *([made.offsets[0].key] if made.offsets else []),
    ]
    called = labels(keys)
    curve = frontier_figure(made, beta=now, labels=called, theme=theme)
    caption = (
        "Means over seeds (faint: the seeds). Up and right is better on both; a ring marks the chosen β."
    )
    drawn = Cell("frontier", "Macro precision against macro recall", curve, caption)
    legend = [(called[key], theme.arm(key)) for key in keys]
    curves = [Group("frontier", [drawn], 1, wide=True)]
    live_view.draw("frontier", curves, legend=legend, marks={"run": side.id})
    cells = _matrices_at(made, now, outcome.classes, called)
    live_view.draw("frontier_at", [side_by_side("at", cells, len(outcome.classes))])
    download(
        "Predictions of the frontier (csv)",
        lambda: predictions(side, made.race(outcome)),
        "frontier.csv",
    )


def _matrices_at(
    made: Frontier, beta: float, classes: Sequence[str], called: Mapping[str, str]
) -> list[Cell]:
    """Draw the matrix at one beta, and beside it that of the offsets tuned for the same."""
    theme = live_view.theme()
    point = made.nearest(beta)
    mean = point.arm.hard.mean(axis=0)
    order = class_order(mean)
    own, names = order.matrix(mean), order.names(classes)
    title = f"{called[made.loss]} at β = {beta:g}"
    cells = [Cell("own", title, matrix_figure(own, names, name=title, theme=theme, still=True))]
    tuned = next((other for other in made.offsets if other.beta == beta), None)
    if tuned is not None:
        beside = f"{called[tuned.key]} at β = {beta:g}"
        other = order.matrix(tuned.arm.hard.mean(axis=0))
        cells += [
            Cell("offsets", beside, matrix_figure(other, names, name=beside, theme=theme, still=True)),
            Cell(
                "difference",
                "First − second",
                difference_figure(own, other, names, names=(title, beside), theme=theme, still=True),
                "Blue: more of it with the first; orange: less.",
            ),
        ]
    return cells
