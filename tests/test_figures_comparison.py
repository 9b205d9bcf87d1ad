"""The comparison's figures: what plotly accepts, and values taken from the facts they draw."""

import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from east.comparison import (
    Comparison,
    Frontier,
    FrontierPoint,
    Grid,
    Race,
    Score,
    class_table,
    compare,
)
from east.figures import (
    DARK,
    LIGHT,
    Figure,
    Theme,
    class_change_figure,
    color_ends,
    frontier_figure,
    grid_figure,
    paired_figure,
    score_figure,
    square_figure,
)
from east.figures.comparison import MOST_CHANGES
from east.metrics import metric
from east.training import Arm
from tests.moments import CROSS_ENTROPY, EAST, F1, TUNED, arm_result


def race(classes: int = 3) -> Race:
    generator = np.random.default_rng(0)
    targets = np.arange(40 * classes) % classes
    results = []
    for arm, luck in ((EAST, 0.2), (CROSS_ENTROPY, 0.4), (TUNED, 0.3)):
        noise = generator.integers(0, classes, (3, len(targets)))
        predictions = np.where(generator.random((3, len(targets))) < luck, noise, targets)
        results.append(arm_result(arm, (0, 1, 2), targets, predictions, classes))
    names = tuple(f"class {place} with a name" for place in range(classes))
    return Race(F1, names, targets, tuple(results))


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(race(), draws=100)


@pytest.fixture(scope="module")
def frontier() -> Frontier:
    generator = np.random.default_rng(1)

    def point(arm: Arm, beta: float) -> FrontierPoint:
        served = replace(arm, metric=metric("fbeta", beta=beta))
        rates = generator.random((3, 3))
        result = replace(race().results[0], arm=served)
        return FrontierPoint(served.metric, rates[0], rates[1], rates[2], result)

    arms = EAST, TUNED, replace(EAST, rule="offsets")
    trained, decided, both = (tuple(point(arm, beta) for beta in (0.5, 1.0, 2.0)) for arm in arms)
    axes = metric("precision"), metric("recall")
    return Frontier("east", *axes, trained, decided, both, point(CROSS_ENTROPY, 1.0))


@pytest.fixture(scope="module")
def grid() -> Grid:
    metrics = (F1, metric("accuracy"))
    arms = (*(Arm("east", each) for each in metrics), CROSS_ENTROPY)
    scores = np.array([[0.7, 0.6], [0.65, 0.8], [0.71, 0.5]])
    return Grid("east", metrics, arms, scores, ("tied", "wins"), ())


def accepted(figure: Figure) -> None:
    go.Figure(**figure.plotly())  # plotly refuses a property it does not know
    json.dumps(figure.plotly(), allow_nan=False)
    assert figure.alt.endswith(".") and len(figure.alt) > 20


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_plotly_accepts_every_figure(
    theme: Theme, comparison: Comparison, frontier: Frontier, grid: Grid
) -> None:
    accepted(paired_figure(comparison.differences, unit=F1.unit, theme=theme))
    accepted(class_change_figure(class_table(race(), EAST, CROSS_ENTROPY), theme=theme))
    accepted(grid_figure(grid, theme=theme))
    accepted(frontier_figure(frontier, beta=1.1, theme=theme))
    accepted(score_figure(comparison.scores, "Macro F1", theme=theme))


def test_intervals_of_scores_are_lines_from_end_to_end(comparison: Comparison) -> None:
    figure = score_figure(comparison.scores, "Macro F1")
    lines = [trace["x"] for trace in figure.data if trace["mode"] == "lines"]
    assert lines == [pytest.approx(score.interval, abs=1e-3) for score in comparison.scores]
    assert "95 % interval" in figure.alt


def test_paired_differences_are_drawn_in_points(comparison: Comparison) -> None:
    figure = paired_figure(comparison.differences, unit=F1.unit)
    first = comparison.differences[0]
    line, dot, seeds = figure.data[:3]
    assert line["x"] == pytest.approx([100 * end for end in first.interval], rel=1e-3)
    assert dot["x"] == pytest.approx([100 * first.value], rel=1e-3)
    assert seeds["x"] == pytest.approx([100 * value for value in first.values], rel=1e-3)
    assert line["y"] == ["Cross-entropy"] * 2
    assert figure.layout["xaxis"]["title"]["text"] == "EAST minus rival, points"


@pytest.mark.parametrize("classes", [2, 6, 26, 60])
def test_class_changes_are_drawn_in_order_and_stay_readable(classes: int) -> None:
    table = class_table(race(classes), EAST, CROSS_ENTROPY)
    figure = class_change_figure(table)
    drawn = min(classes, MOST_CHANGES)
    second, first = figure.data[1:]
    assert first["y"] == [pair[0].name for pair in table[:drawn]]
    assert first["x"] == pytest.approx([pair[0].f for pair in table[:drawn]], abs=1e-3)
    assert second["x"] == pytest.approx([pair[1].f for pair in table[:drawn]], abs=1e-3)
    plot = figure.layout["height"] - figure.layout["margin"]["t"] - figure.layout["margin"]["b"]
    assert plot / drawn >= 14


def test_the_grid_shows_scores_and_marks_its_diagonal(grid: Grid) -> None:
    figure = grid_figure(grid)
    (trace,) = figure.data
    assert trace["text"] == [["0.700 ≈", "0.600"], ["0.650", "0.800 ★"], ["0.710", "0.500"]]
    assert trace["z"][0] == pytest.approx([-1.0, -20.0])
    assert trace["y"][2] == "Cross-entropy"
    assert len(figure.layout["shapes"]) == 2
    assert "Macro F1 0.700, not shown to be behind; Accuracy 0.800, the best row" in figure.alt


def test_the_frontier_draws_means_and_marks_the_nearest_beta(frontier: Frontier) -> None:
    figure = frontier_figure(frontier, beta=1.1)
    curve = next(trace for trace in figure.data if trace.get("name") == "EAST")
    assert curve["x"] == pytest.approx([point.recall.mean() for point in frontier.trained], abs=1e-3)
    assert curve["y"] == pytest.approx([point.precision.mean() for point in frontier.trained], abs=1e-3)
    assert curve["text"] == ["β 0.5", "β 1", "β 2"]
    assert figure.data[-1]["x"] == pytest.approx([frontier.trained[1].recall.mean()], abs=1e-3)


def corner(rule: str, loss: str, mean: float, half: float) -> Score:
    return Score(Arm(loss, F1, rule), (mean,), mean, (mean - half, mean + half), 0.0)


@pytest.mark.parametrize(("half", "strongest"), [(0.01, 0.58), (0.2, 0.7)])
def test_a_square_shades_scores_by_their_order_and_hardly_where_intervals_are_wide(
    half: float, strongest: float
) -> None:
    means = [[0.5, 0.54], [0.56, 0.58]]
    corners = [
        [corner(rule, loss, mean, half) for rule, mean in zip(("argmax", "expected"), row, strict=True)]
        for loss, row in zip(("cross_entropy", "east"), means, strict=True)
    ]
    ends = color_ends([score for row in corners for score in row])
    assert ends == pytest.approx((0.5, strongest))
    figure = square_figure(corners, ends, framed=corners[1][0].arm)
    go.Figure(figure.plotly())
    (trace,) = figure.data
    assert (trace["zmin"], trace["zmax"]) == pytest.approx(ends)
    assert np.array(trace["z"]) == pytest.approx(np.array(means))
    assert trace["text"][0][1] == f"<b>0.540</b><br>{0.54 - half:.3f} to {0.54 + half:.3f}"
    (frame,) = figure.layout["shapes"]
    assert frame["x0"] < 0 < frame["x1"] and frame["y0"] < 1 < frame["y1"]
    for arm, mean in zip([score.arm for row in corners for score in row], np.ravel(means), strict=True):
        assert f"{arm.label} {mean:.3f}" in figure.alt
