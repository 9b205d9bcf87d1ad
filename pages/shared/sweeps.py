"""The metric x metric grid and the beta frontier on the Compare page, each one training with many lanes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from east.errors import EastError
from east.figures import difference_figure, frontier_figure, grid_figure, matrix_figure
from east.run import Run
from pages.shared import judging, live_view, state
from pages.shared.live_view import Cell, Group
from pages.shared.words import duration, literal

if TYPE_CHECKING:
    from east.comparison import Frontier, Grid
    from east.metrics import Metric
    from east.training import Outcome, TrainConfig, Training

POLL_S = 1.0
METRICS: Mapping[str, tuple[str, dict[str, object]]] = {
    "f1": ("fbeta", {"beta": 1.0}),
    "f0.25": ("fbeta", {"beta": 0.25}),
    "f2": ("fbeta", {"beta": 2.0}),
    "accuracy": ("accuracy", {}),
    "balanced_accuracy": ("balanced_accuracy", {}),
    "mcc": ("mcc", {}),
    "kappa": ("kappa", {}),
    "gmean": ("gmean", {}),
    "jaccard": ("jaccard", {}),
}
USUAL = ("f1", "f0.25", "accuracy", "balanced_accuracy", "mcc")


def grid_section(run: Run, outcome: Outcome) -> None:
    """Draw the grid, or offer to train it."""
    st.caption(
        "Does training for a metric pay in that metric? EAST is trained once for each metric, all in one go, and "
        "every model is scored by all of them."
    )
    metrics = {name: _metric(name) for name in METRICS}
    wanted = [name for name in state.setting("grid_metrics") if name in METRICS] or list(USUAL)
    st.multiselect(
        "Metrics",
        list(METRICS),
        format_func=lambda name: metrics[name].label,
        **state.bind("grid_metrics", wanted),
    )

    def configure(base: TrainConfig) -> TrainConfig:
        from east.comparison import grid_config

        return grid_config([metrics[name] for name in wanted], base)

    _sweep("grid", run, configure, _draw_grid)


def frontier_section(run: Run, outcome: Outcome) -> None:
    """Draw the frontier, or offer to train it."""
    from east.comparison import frontier_config

    st.caption(
        "β weighs recall against precision. EAST is trained for nine values of β in one go; the dotted curve is "
        "one cross-entropy model with offsets tuned anew for each β, which costs no training."
    )
    _sweep("frontier", run, frontier_config, _draw_frontier)


def _sweep(
    kind: str, run: Run, configure: Callable[[TrainConfig], TrainConfig], draw: Callable[[Run, Outcome], None]
) -> None:
    """Offer a sweep's training, watch it, and draw what it came to."""
    assert run.machine is not None
    dataset, config = run.machine.dataset, run.machine.config
    side = state.side_run(kind)
    if side is not None and side.machine is not None and side.machine.dataset is not dataset:
        side = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=120):
            seeds = int(state.setting("sweep_seeds"))
            st.number_input("Seeds", 1, 10, step=1, **state.bind("sweep_seeds", seeds))
        pressed = st.button(f"Train the {kind}" if side is None else f"Train the {kind} anew", type="primary")
    if pressed:
        _start(kind, run, lambda: configure(replace(config, seeds=tuple(range(seeds)))))
    if side is None:
        return
    if side.outcome is None:
        st.fragment(_progress, run_every=None if side.frame.ended else POLL_S)(side)
        return
    draw(side, side.outcome)


def _start(kind: str, run: Run, configure: Callable[[], TrainConfig]) -> None:
    assert run.machine is not None
    dataset = run.machine.dataset

    def make() -> Training:
        from east.training import Training

        return Training(dataset, configure())

    try:
        configure()
        state.start_side_run(kind, Run(make, title=f"{run.title}: {kind}"))
    except EastError as error:
        st.error(literal(error))
    else:
        st.rerun()


def _progress(side: Run) -> None:
    """Say how far a sweep is, and draw the page anew when it has ended."""
    side.touch()
    shown = side.frame
    if side.outcome is not None:
        st.rerun()
    if shown.status == "failed":
        st.error(literal(shown.reason or "The training failed."))
        return
    snapshot = shown.snapshot
    text = "Preparing"
    if snapshot is not None:
        left = f", {duration(shown.seconds_left)} left" if shown.seconds_left else ""
        text = f"{len(snapshot.lanes)} lanes at step {snapshot.step:,} of {snapshot.total_steps:,}{left}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(snapshot.progress if snapshot else 0.0, text)
        st.button("Stop here", on_click=_stop, args=(side,), key=f"stop_{side.id}")


def _stop(side: Run) -> None:
    side.command("stop")


def _draw_grid(side: Run, outcome: Outcome) -> None:
    def make() -> Grid:
        from east.comparison import grid

        with st.spinner("Resampling the test rows…"):
            return grid(outcome)

    made: Grid = state.remembered("grid", side.id, make)
    called = judging.labels([name for name in made.trained if name not in _labels(made)])
    figure = grid_figure(made, labels=called, theme=live_view.theme())
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
            "own row minus": called.get(difference.second, difference.second),
            "difference": round(difference.value, 4),
            "from": round(difference.interval[0], 4),
            "to": round(difference.interval[1], 4),
            "p, corrected": round(difference.adjusted_p, 4),
        }
        for difference_of in made.comparisons
        for difference in difference_of.differences
    ]
    judging.download(
        "Predictions of the grid (csv)",
        lambda: judging.predictions(side, made.comparisons[0].race),
        "grid.csv",
    )
    with st.expander("Every paired difference with its 95 % interval"):
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def _draw_frontier(side: Run, outcome: Outcome) -> None:
    def make() -> Frontier:
        from east.comparison import frontier

        with st.spinner("Tuning offsets for each β…"):
            return frontier(outcome)

    made: Frontier = state.remembered("frontier", side.id, make)
    st.fragment(_frontier_at)(side, outcome, made)


def _frontier_at(side: Run, outcome: Outcome, made: Frontier) -> None:
    """Draw the curve and the matrices at one beta; the slider runs this alone."""
    theme = live_view.theme()
    known = list(made.betas)
    now = min(known, key=lambda beta: abs(beta - float(state.setting("frontier_beta"))))
    st.select_slider("β", known, format_func=lambda beta: f"{beta:g}", **state.bind("frontier_beta", now))
    keys = [
        made.loss,
        *(["cross_entropy"] if made.reference else []),
        *([made.offsets[0].key] if made.offsets else []),
    ]
    called = judging.labels(keys)
    curve = frontier_figure(made, beta=now, labels=called, theme=theme)
    caption = (
        "Means over seeds (faint: the seeds). Up and right is better on both; a ring marks the chosen β."
    )
    drawn = Cell("frontier", "Macro precision against macro recall", curve, caption)
    legend = [(called[key], theme.arm(key)) for key in keys]
    curves = [Group("frontier", [drawn], 1, wide=True)]
    live_view.draw("frontier", curves, legend=legend, marks={"run": side.id})
    cells = _matrices_at(made, now, outcome.classes, called)
    live_view.draw("frontier_at", [judging.side_by_side("at", cells, len(outcome.classes))])
    judging.download(
        "Predictions of the frontier (csv)",
        lambda: judging.predictions(side, made.race(outcome)),
        "frontier.csv",
    )


def _matrices_at(
    made: Frontier, beta: float, classes: Sequence[str], called: Mapping[str, str]
) -> list[Cell]:
    """Draw the matrix at one beta, and beside it that of the offsets tuned for the same."""
    theme = live_view.theme()
    point = made.nearest(beta)
    mean = point.arm.hard.mean(axis=0)
    order = judging.class_order(mean)
    own, names = order.of(mean), order.names(classes)
    title = f"{called[made.loss]} at β = {beta:g}"
    cells = [Cell("own", title, matrix_figure(own, names, name=title, theme=theme, still=True))]
    tuned = next((other for other in made.offsets if other.beta == beta), None)
    if tuned is not None:
        beside = f"{called[tuned.key]} at β = {beta:g}"
        other = order.of(tuned.arm.hard.mean(axis=0))
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


def _labels(made: Grid) -> list[str]:
    return [metric.label for metric in made.metrics]


def _metric(name: str) -> Metric:
    from east.metrics import metric

    key, options = METRICS[name]
    return metric(key, **options)
