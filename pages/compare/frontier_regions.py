"""Decision regions along the beta frontier: the boundary that follows the slider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from east.figures import Theme, region_figure
from pages.shared import shelf
from pages.shared.live_view import Cell, Group

if TYPE_CHECKING:
    from east.comparison import Frontier, FrontierPoint
    from east.dataset import Regions
    from east.run import Run
    from east.synthetic import BestOverView
    from east.training import Arm, Outcome

    Drawn = Mapping[Arm, Regions]


def predicted(run: Run, outcome: Outcome, made: Frontier) -> Drawn:
    """Predict the run's view by the first seed of every arm of a frontier; nothing without a view."""
    from east.comparison import decision_for
    from east.training import regions_of

    view = run.machine.view if run.machine is not None else None
    if view is None:
        return {}
    found = [outcome.arm(point.arm) for point in made.trained]
    if made.reference is not None:
        plain = made.reference.arm
        found += [
            decision_for(outcome, plain, point.metric, point.arm.rule, together=False)
            for point in made.decided
        ]
    return {each.arm: regions_of(each, view) for each in found}


def group(run: Run, made: Frontier, drawn: Drawn, beta: float, theme: Theme) -> Group | None:
    """Draw the regions at one beta, those trained for it beside those decided for it."""
    view = run.machine.view if run.machine is not None else None
    points = [made.nearest(beta), *(point for point in made.decided if point.beta == beta)]
    if view is None or run.machine is None or not drawn:
        return None
    best = _best(run, points[0])
    caption = "Crosses: training rows that are wrong."
    if best is not None:
        caption += " Lines: the best decision for this β (solid) and for accuracy (dashed)."
    cells = [
        Cell(
            f"regions_{key}",
            f"{point.arm.label} at β = {beta:g}",
            region_figure(
                drawn[point.arm], view, run.machine.dataset.classes, name=point.arm.label,
                best=best.classes if best else None, best_accuracy=best.most_probable if best else None,
                metric_label=point.metric.label, legend=False, theme=theme,
            ),
            f"{caption} {view.note}".strip(),
        )
        for key, point in zip(("own", "decided"), points, strict=False)
    ]  # fmt: skip
    return Group("frontier_regions", cells, len(cells), wide=True)


def _best(run: Run, point: FrontierPoint) -> BestOverView | None:
    """Return the best decisions for a point's metric, where the density is known."""
    from east.synthetic import best_over_view

    problem, machine = shelf.problem_of(run), run.machine
    if problem is None or machine is None or machine.view is None:
        return None
    return best_over_view(problem, point.metric, machine.view, machine.dataset)
