"""The beta frontier: precision against recall as beta sweeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from east.comparison.wording import lowered
from east.figures import class_order, difference_figure, frontier_figure, matrix_figure
from pages.compare import frontier_regions, sweep
from pages.compare.matrices import difference_caption, side_by_side
from pages.shared import live_view, session, shelf, state
from pages.shared.downloads import download, predictions
from pages.shared.live_view import Cell, Group
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.comparison import Frontier, FrontierPoint
    from east.run import Run
    from east.training import Outcome, TrainConfig
    from pages.compare.frontier_regions import Drawn


def section(run: Run, outcome: Outcome) -> None:
    """Draw the frontier, or offer to train it."""
    st.caption(
        "β weighs recall against precision. Solid: EAST, trained for each β in one go. Dotted: cross-entropy's "
        "networks under a rule fitted anew for each β, which costs no training. Dashed: both, EAST's networks "
        "for each β under its rule."
    )
    sweep.section("frontier", run, _configure, lambda side, swept: _draw(run, side, swept))


def _configure(base: TrainConfig) -> TrainConfig:
    """Sweep the usual betas and that of the metric asked for."""
    from east.comparison import BETAS, frontier_config

    return frontier_config(base, sorted({*BETAS, float(base.metric.options.get("beta", 1.0))}))


def _draw(run: Run, side: Run, outcome: Outcome) -> None:
    def make() -> tuple[Frontier, Drawn]:
        from east.comparison import frontier

        with st.spinner("Fitting a rule for each β…"):
            made = frontier(outcome, rule="expected")
            return made, frontier_regions.predicted(run, outcome, made)

    made, drawn = session.once("frontier", side.id, make)
    st.fragment(_draw_at)(run, side, outcome, made, drawn)


def _draw_at(run: Run, side: Run, outcome: Outcome, made: Frontier, drawn: Drawn) -> None:
    """Draw the curve, the boundary and the matrices at one beta; the slider runs this alone."""
    theme = live_view.theme()
    known = list(made.betas)
    wanted = state.get().frontier_beta or _beta_asked_for()
    now = min(known, key=lambda beta: abs(beta - wanted))
    st.select_slider("β", known, format_func=lambda beta: f"{beta:g}", **state.bind("frontier_beta", now))
    st.markdown(_numbers(made.nearest(now)))
    curve = frontier_figure(made, beta=now, theme=theme)
    caption = (
        "Means over seeds (faint: the seeds). Up and right is better on both; a ring marks the chosen β."
    )
    cell = Cell("frontier", f"{made.precision.label} against {lowered(made.recall.label)}", curve, caption)
    sweeps = (made.trained[:1], made.both[:1], made.decided[:1], (made.reference,) if made.reference else ())
    legend = [(point.arm.label, theme.arm(point.arm)) for points in sweeps for point in points]
    curves = [Group("frontier", [cell], 1, wide=True)]
    live_view.draw("frontier", curves, legend=legend, marks={"run": side.id})
    regions = frontier_regions.group(run, made, drawn, now, theme)
    if regions is not None:
        live_view.draw("frontier_regions", [regions], marks={"beta": f"{now:g}"})
    cells = _matrices_at(made, now, outcome.classes)
    live_view.draw("frontier_at", [side_by_side("at", cells, len(outcome.classes))])
    download(
        "Predictions of the frontier (csv)",
        lambda: predictions(side, made.race(outcome)),
        "frontier.csv",
    )


def _numbers(point: FrontierPoint) -> str:
    """Write what the slider's beta reaches."""
    return (
        f"Trained for **β = {point.beta:g}**: precision **{point.precision.mean():.3f}**, "
        f"recall **{point.recall.mean():.3f}**, {literal(point.metric.label)} **{point.f.mean():.3f}**."
    )


def _beta_asked_for() -> float:
    """Return the beta of the metric that the run was trained for; 1 where it has none."""
    run = shelf.run()
    outcome = run.outcome if run is not None else None
    return float(outcome.metric.options.get("beta", 1.0)) if outcome is not None else 1.0


def _matrices_at(made: Frontier, beta: float, classes: Sequence[str]) -> list[Cell]:
    """Draw the matrix at one beta, and beside it that of the rule fitted for the same."""
    theme, own = live_view.theme(), made.nearest(beta)
    order = class_order(own.result.mean_hard)
    points = [own, *(point for point in made.decided if point.beta == own.beta)]
    names = order.names(classes)
    titles = [f"{point.arm.label} at β = {beta:g}" for point in points]
    means = [order.matrix(point.result.mean_hard) for point in points]
    cells = [
        Cell(key, title, matrix_figure(mean, names, name=title, theme=theme, still=True))
        for key, title, mean in zip(("own", "decided"), titles, means, strict=False)
    ]
    if len(points) < 2:
        return cells
    change = difference_figure(
        means[0], means[1], names, names=(titles[0], titles[1]), theme=theme, still=True
    )
    return [*cells, Cell("difference", "First − second", change, difference_caption(means[0], means[1]))]
