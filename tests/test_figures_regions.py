"""Region figures: every line drawn and every cell against predictions worked out point by point."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from east.dataset import RegionPoints, Regions, RegionView
from east.figures import DARK, LIGHT, Theme, region_difference_figure, region_figure
from east.figures.boundaries import boundary_lines
from east.metrics import metric
from east.training import Arm

F1 = metric("fbeta")
NAMES = ("common", "rare", "scarce", "odd", "last", "sixth")


def posterior(first: np.ndarray, second: np.ndarray, *, classes: int) -> np.ndarray:
    """Softmax of planes and waves over two axes, `[..., K]`: curved regions of every class."""
    angles = np.arange(classes) * 2 * np.pi / classes
    logits = 3 * (first[..., None] * np.cos(angles) + second[..., None] * np.sin(angles))
    logits = logits + np.sin(2 * first[..., None] + np.arange(classes))
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def scene(classes: int, size: int = 30) -> tuple[Regions, RegionView, np.ndarray]:
    """A view, what the posterior decides over it, and the posterior `[n, n, K]` itself."""
    generator = np.random.default_rng(classes)
    axes = np.linspace(-1, 2, size), np.linspace(-2, 1, size)
    places = np.stack([generator.uniform(-1, 2, 200), generator.uniform(-2, 1, 200)], axis=1)
    targets = generator.integers(classes, size=200)
    points = RegionPoints(places, targets, np.zeros((200, 2), np.float32), np.arange(200))
    view = RegionView(("width", "height"), *axes, np.zeros((size**2, 2), np.float32), (), points)
    truth = posterior(*np.meshgrid(*axes, indexing="ij"), classes=classes)
    top = np.sort(truth, axis=-1)
    margins = np.round(255 * (top[..., -1] - top[..., -2])).astype(np.uint8)
    of_points = posterior(*places.T, classes=classes).argmax(axis=-1).astype(np.uint8)
    return Regions(truth.argmax(axis=-1).astype(np.uint8), margins, of_points), view, truth


def crossed(path: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Which edges of the grid a drawn path `[points, 2]` passes over, by the vertices it has on them."""
    over = (np.zeros((shape[0] - 1, shape[1]), dtype=bool), np.zeros((shape[0], shape[1] - 1), dtype=bool))
    for place in path:
        whole = np.abs(place - place.round()) < 0.01  # figures are drawn with four digits
        if whole.sum() == 1:
            axis = int(np.flatnonzero(~whole)[0])
            cell = np.where(whole, place.round(), np.floor(place)).astype(int)
            over[axis][tuple(cell)] = True
    return over


def expected(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(codes[:-1] != codes[1:]), np.asarray(codes[:, :-1] != codes[:, 1:])


def path_of(trace: Any, view: RegionView, shape: tuple[int, ...]) -> np.ndarray:
    """Bring a drawn line back to units of the grid."""
    drawn = np.array([[np.nan if value is None else value for value in trace[key]] for key in "xy"]).T
    low = np.array([view.first[0], view.second[0]])
    high = np.array([view.first[-1], view.second[-1]])
    inner = drawn[~np.isnan(drawn).any(axis=1)]
    return np.asarray((inner - low) / (high - low) * (np.array(shape) - 1))


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.uint8, st.tuples(st.integers(2, 9), st.integers(2, 9)), elements=st.integers(0, 3)),
    st.booleans(),
)
def test_lines_pass_between_the_grid_points_that_differ_and_no_others(codes: np.ndarray, told: bool) -> None:
    margins = np.random.default_rng(int(codes.sum())).integers(0, 256, codes.shape) if told else None
    lines = boundary_lines(codes, margins)
    path = np.concatenate(lines) if lines else np.empty((0, 2))
    for found, wanted in zip(crossed(path, codes.shape), expected(codes), strict=True):
        np.testing.assert_array_equal(found, wanted)
    for line in lines:
        assert np.abs(np.diff(line, axis=0)).max() <= 1.0 + 1e-9  # joined within one cell only


def test_a_line_goes_where_two_leads_meet() -> None:
    codes = np.repeat([[0], [0], [1], [1]], 3, axis=1)
    margins = np.repeat([[200], [30], [90], [200]], 3, axis=1)
    (line,) = boundary_lines(codes, margins)
    np.testing.assert_allclose(line[:, 0], 1 + 30.5 / 121)


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_cells_and_boundary_drawn_are_what_is_predicted_at_every_grid_point(classes: int) -> None:
    regions, view, truth = scene(classes)
    cells, own = region_figure(regions, view, NAMES[:classes]).data[:2]
    codes = np.frombuffer(base64.b64decode(cells["z"]["bdata"]), np.uint8).reshape(30, 30)
    shades = (cells["zmax"] + 1) // classes
    np.testing.assert_array_equal(codes // shades, truth.argmax(axis=-1).T)
    top = np.sort(truth, axis=-1)
    np.testing.assert_allclose(
        (codes % shades + 0.5) / shades, (top[..., -1] - top[..., -2]).T, atol=0.6 / shades
    )
    found = crossed(path_of(own, view, (30, 30)), (30, 30))
    for mine, wanted in zip(found, expected(truth.argmax(axis=-1)), strict=True):
        np.testing.assert_array_equal(mine, wanted)


def test_the_boundary_lies_where_the_two_classes_tie() -> None:
    regions, view, _ = scene(3, size=60)
    own = region_figure(regions, view, NAMES[:3]).data[1]
    drawn = np.array([(x, y) for x, y in zip(own["x"], own["y"], strict=True) if x is not None])
    top = np.sort(posterior(*drawn.T, classes=3), axis=-1)
    assert np.quantile(top[:, -1] - top[:, -2], 0.95) < 0.02


def test_best_decisions_are_lines_solid_for_the_metric_dashed_for_accuracy() -> None:
    regions, view, _ = scene(4)
    finer = np.meshgrid(np.linspace(-1, 2, 50), np.linspace(-2, 1, 50), indexing="ij")
    best, accurate = (posterior(*finer, classes=4) * prices for prices in (np.array([1, 2, 2, 1]), 1))
    codes = {"solid": best.argmax(axis=-1), "dash": accurate.argmax(axis=-1)}
    figure = region_figure(
        regions, view, NAMES[:4], best=codes["solid"], best_accuracy=codes["dash"], metric_label="macro F1"
    )
    drawn = {trace["name"]: trace for trace in figure.data if trace.get("name", "").startswith("best")}
    assert set(drawn) == {"best macro F1", "best accuracy"}
    for trace in drawn.values():
        found = crossed(path_of(trace, view, (50, 50)), (50, 50))
        for mine, wanted in zip(found, expected(codes[trace["line"]["dash"]]), strict=True):
            np.testing.assert_array_equal(mine, wanted)


def test_crosses_are_the_rows_taken_for_another_class() -> None:
    regions, view, _ = scene(3)
    figure = region_figure(regions, view, NAMES[:3])
    crosses = [trace for trace in figure.data if trace.get("marker", {}).get("symbol") == "x"]
    wrong = regions.point_classes != view.points.targets
    assert sum(len(trace["x"]) for trace in crosses) == wrong.sum() > 0
    for trace in crosses:
        rows = wrong & (view.points.targets == NAMES.index(trace["name"]))
        assert trace["text"] == [NAMES[code] for code in regions.point_classes[rows]]
    assert f"{wrong.sum()} of 200 training rows shown are wrong" in figure.alt


def test_where_two_arms_differ_and_who_is_right_there() -> None:
    mine, view, truth = scene(3)
    other = (truth * [1.0, 2.5, 1.0]).argmax(axis=-1).astype(np.uint8)
    of_points = (
        (posterior(*view.points.places.T, classes=3) * [1.0, 2.5, 1.0]).argmax(axis=-1).astype(np.uint8)
    )
    theirs = Regions(other, mine.margins, of_points)
    arms = Arm("east", F1), Arm("cross_entropy", F1)
    figure = region_difference_figure((arms[0], mine), (arms[1], theirs), view, NAMES[:3])
    codes = np.frombuffer(base64.b64decode(figure.data[0]["z"]["bdata"]), np.uint8).reshape(30, 30).T
    np.testing.assert_array_equal(codes, np.where(mine.classes == other, 0, mine.classes + 1))
    among = mine.point_classes != of_points
    assert sum(len(trace["x"]) for trace in figure.data if trace.get("mode") == "markers") == among.sum()
    won, lost = ((its[among] == view.points.targets[among]).sum() for its in (mine.point_classes, of_points))
    assert f"{won} are right by EAST alone, {lost} by Cross-entropy alone" in figure.alt
    assert f"on {(mine.classes != other).mean():.0%} of the area" in figure.alt


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("classes", [2, 6])
def test_plotly_takes_the_figures_and_they_travel_light(theme: Theme, classes: int) -> None:
    regions, view, truth = scene(classes, size=60)
    best = truth.argmax(axis=-1)
    figure = region_figure(regions, view, NAMES[:classes], best=best, best_accuracy=best, theme=theme)
    go.Figure(**figure.plotly())
    assert len(json.dumps(figure.plotly(), allow_nan=False)) < 32_000
    assert figure.layout["xaxis"]["title"]["text"] == "width" and figure.layout["yaxis"]["range"] == [-2, 1]
    assert len({theme.class_color(place) for place in range(2 * len(theme.classes))}) == 2 * len(
        theme.classes
    )


# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision
# deficiency", 2009: full protanopia, deuteranopia and tritanopia, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_colours_of_six_classes_stay_apart_under_every_colour_blindness(theme: Theme, kind: str) -> None:
    colors = [theme.class_color(place) for place in range(6)]
    apart = min(
        float(np.linalg.norm(lab(one, kind) - lab(other, kind)))
        for place, one in enumerate(colors)
        for other in colors[:place]
    )
    assert apart > 10


def lab(color: str, kind: str) -> np.ndarray:
    """CIE L*a*b* (D65) of '#rrggbb' as somebody with this colour blindness sees it."""
    values = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(BLINDNESS[kind]) @ linear, 0, 1)
    xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]] @ seen
    ratio = xyz / [0.9505, 1.0, 1.089]
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])
