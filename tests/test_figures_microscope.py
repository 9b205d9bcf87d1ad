"""Figures of the microscope: places and arrows worked out anew from the row and its gradients."""

from __future__ import annotations

import base64
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from east.figures import (
    DARK,
    LIGHT,
    Figure,
    Theme,
    gradient_figure,
    row_heaviside_figure,
    shade_points,
    simplex_figure,
)
from east.figures.simplex import CELLS, ROW_ARROW, flat
from east.metrics import metric
from east.microscope import (
    KINDS,
    Batch,
    LossSetup,
    anatomy,
    field_of,
    row_gradients,
    simplex_points,
)

NAMES = ("common", "uncommon", "rare")
SETUP = LossSetup(metric("fbeta"), class_counts=(70, 20, 10))
ROW, PROGRESS = 3, 0.9


def batch() -> Batch:
    generator = np.random.default_rng(0)
    targets = generator.choice(3, 60, p=[0.7, 0.2, 0.1])
    targets[ROW] = 2
    logits = generator.standard_normal((60, 3)) + 2 * np.eye(3)[targets]
    return Batch.from_logits(logits, targets).with_row(ROW, [0.6, 0.15, 0.25])


def simplex(theme: Theme = LIGHT) -> Figure:
    one = batch()
    arrows, shade = (
        field_of("east", one, ROW, SETUP, PROGRESS, points) for points in (simplex_points(9), shade_points())
    )
    place = one.probabilities[ROW]
    motions = {kind: field_of(kind, one, ROW, SETUP, PROGRESS, place[None]).motion[0] for kind in KINDS}
    return simplex_figure(arrows, shade, motions, place, NAMES, theme=theme)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_plotly_takes_every_figure_and_each_says_itself_in_words(theme: Theme) -> None:
    one = batch()
    figures = (
        simplex(theme),
        row_heaviside_figure(anatomy(one, ROW, SETUP, PROGRESS), NAMES, theme=theme),
        gradient_figure(row_gradients(one, ROW, SETUP, PROGRESS), NAMES, theme=theme),
    )
    for figure in figures:
        go.Figure(**figure.plotly())
        assert len(json.dumps(figure.plotly(), allow_nan=False)) < 25_000
        assert figure.alt.endswith(".") and "rare" in figure.alt


def test_corners_are_the_classes_and_every_cell_is_shaded_for_its_own_probabilities() -> None:
    np.testing.assert_allclose(flat(np.eye(3)), [[0, 0], [1, 0], [0.5, 0.75**0.5]])
    figure, points = simplex(), shade_points()
    np.testing.assert_allclose(points.sum(axis=1), 1)
    assert points.min() > 0 and len(points) == pytest.approx(CELLS**2 / 2, rel=0.02)
    trace = figure.data[0]
    codes = np.frombuffer(base64.b64decode(trace["z"]["bdata"]), np.uint8).reshape(CELLS, CELLS)
    # Place each point by hand in the cell whose middle it is.
    across, up = (flat(points) - [trace["x0"], trace["y0"]]).T
    found = codes[(up / trace["dy"]).round().astype(int), (across / trace["dx"]).round().astype(int)]
    field = field_of("east", batch(), ROW, SETUP, PROGRESS, points)
    pull = -field.gradient.metric_part[:, 2]
    wrong = points.argmax(axis=1) != 2
    np.testing.assert_array_equal(found, 1 + wrong + (wrong & (pull < 0.05 * pull.max())))
    assert (codes > 0).sum() == len(points) and (found == 3).any() and (found == 2).any()


def test_the_rows_arrows_go_where_a_small_step_of_each_loss_goes() -> None:
    one, figure = batch(), simplex()
    place = one.probabilities[ROW]
    drawn = {}
    for trace in figure.data:
        if trace.get("name") in ("Cross-entropy", "Plain soft matrix", "EAST"):
            drawn[trace["name"]] = np.array([trace["x"][1] - trace["x"][0], trace["y"][1] - trace["y"][0]])
            np.testing.assert_allclose([trace["x"][0], trace["y"][0]], flat(place[None])[0], atol=1e-4)
    steps = {}
    labels = {"cross_entropy": "Cross-entropy", "soft_metric": "Plain soft matrix", "east": "EAST"}
    for kind, gradient in row_gradients(one, ROW, SETUP, PROGRESS).items():
        odds = place * np.exp(-1e-5 * gradient.total)
        steps[labels[kind]] = flat((odds / odds.sum() - place)[None] / 1e-5)[0]
    longest = max(float(np.linalg.norm(step)) for step in steps.values())
    for name, step in steps.items():
        np.testing.assert_allclose(drawn[name], step / longest * ROW_ARROW, atol=5e-4)


def test_classes_stand_on_the_heaviside_where_their_probabilities_are() -> None:
    own = anatomy(batch(), ROW, SETUP, PROGRESS)
    _, line, marks = row_heaviside_figure(own, NAMES).data
    np.testing.assert_allclose(marks["x"], [0.6, 0.15, 0.25])
    np.testing.assert_allclose(marks["y"], np.interp(marks["x"], line["x"], line["y"]), atol=2e-3)
    assert marks["marker"]["line"]["width"] == [1, 1, 3]


@pytest.mark.parametrize("sure", [0, 1, 2])
def test_names_of_classes_stand_within_the_picture(sure: int) -> None:
    own = anatomy(batch().with_row(ROW, np.eye(3)[sure]), ROW, SETUP, PROGRESS)
    marks = row_heaviside_figure(own, NAMES).data[-1]
    for probability, side in zip(marks["x"], marks["textposition"], strict=True):
        assert "left" in side if probability > 0.5 else "right" in side


def test_bars_of_a_loss_add_up_to_its_push() -> None:
    gradients = row_gradients(batch(), ROW, SETUP, PROGRESS)
    figure = gradient_figure(gradients, NAMES)
    assert figure.layout["barmode"] == "relative"
    for kind, gradient in gradients.items():
        bars = [trace["y"] for trace in figure.data if trace["offsetgroup"] == kind]
        assert len(bars) == (1 if kind == "cross_entropy" else 2)
        np.testing.assert_allclose(np.sum(bars, axis=0), -gradient.total, rtol=1e-2, atol=1e-8)
