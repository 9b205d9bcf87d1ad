"""The simplex of three classes, with arrows for the step of a loss at every point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from east.figures.cells import cells
from east.figures.markup import tagged, word
from east.figures.palette import FONT_SIZE, LIGHT, Figure, Theme, layout, mixed, plain, translucent

if TYPE_CHECKING:
    from east.microscope import Field

Floats = NDArray[np.float64]

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
LONGEST = 0.075
"""Length of the longest arrow of a field, as a share of the triangle's side."""
ROW_ARROW = 0.16
"""The same for the arrows at the row."""
CELLS = 90
PICKS = 26


def simplex_figure(
    arrows: Field,
    shade: Field,
    row: Mapping[str, Floats],
    place: Floats,
    classes: Sequence[str],
    *,
    moved: Mapping[str, Floats] = MappingProxyType({}),
    part: str = "metric",
    pick: bool = False,
    theme: Theme = LIGHT,
    height: int = 380,
) -> Figure:
    """Draw where a loss would move a row of three classes from any point, and where it has almost no gradient.

    In the shaded region, the row is wrong and the loss hardly raises its own class. The field's arrows have
    lengths proportional to the square root of the step, so that small ones are visible.

    Args:
        arrows: the field at a few dozen points, for the arrows.
        shade: the same field at all of `shade_points()`.
        row: change dp `[3]` of the row's probabilities by key of LOSSES, drawn as large arrows.
        place: the row's probabilities `[3]`.
        classes: three names.
        moved: the same once another row has moved, drawn pale on the same scale.
        part: what is shaded for: "metric" alone, or "total" with the anchor.
        pick: whether places all over the triangle can be clicked.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    starved = shade.starved(part=part)
    traces = [
        _shading(shade, starved, theme),
        *_frame(theme),
        _field_arrows(arrows, theme),
        *_row_arrows(row, moved, place, theme),
        *([_pick_places()] if pick else []),
    ]
    room = 0.09
    picture = layout(
        theme,
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis={"visible": False, "range": [-room, 1 + room], "constrain": "domain"},
        yaxis={
            "visible": False,
            "range": [-room, CORNERS[2, 1] + room],
            "scaleanchor": "x",
            "constrain": "domain",
        },
        annotations=_names(classes, theme),
        showlegend=True,
        legend={
            "x": 0,
            "y": 1,
            "font": {"size": FONT_SIZE - 1, "color": theme.text},
            "bgcolor": "rgba(0,0,0,0)",
        },
    )
    wrong = shade.points.argmax(axis=1) != shade.target
    share = starved.sum() / max(int(wrong.sum()), 1)
    alt = (
        f"Simplex of {', '.join(classes)}: a row of class {classes[shade.target]} is at "
        f"{', '.join(f'{p:.2f}' for p in place)}. Where it would be wrong, {share:.0%} of the area gives its "
        f"class next to no gradient{' of the metric' if part == 'metric' else ''}."
    )
    return Figure(tuple(traces), picture, alt)


def flat(points: Floats) -> Floats:
    """Map probabilities `[n, 3]` to the plane `[n, 2]`; each corner of the triangle is one class."""
    return np.asarray(points @ CORNERS)


def probabilities_at(x: float, y: float) -> Floats:
    """Return the probabilities `[3]` of a place on the plane; beside the triangle those of the nearest edge."""
    third = y / CORNERS[2, 1]
    second = x - third / 2
    inside = np.clip([1 - second - third, second, third], 0.0, None)
    return np.asarray(inside / inside.sum())


def shade_points() -> Floats:
    """Return the probabilities `[n, 3]` of all cells in the triangle, in the order of the shading."""
    inside, points = _cell_grid()
    return points[inside]


def _cell_grid() -> tuple[NDArray[np.bool_], Floats]:
    """Return which cells are in the triangle `[CELLS * CELLS]`, and the probabilities at their centres."""
    across, up = np.meshgrid(*_cell_axes(), indexing="ij")
    third = up / CORNERS[2, 1]
    second = across - third / 2
    points = np.stack([1 - second - third, second, third], axis=-1).reshape(-1, 3)
    return points.min(axis=1) > 0, points


def _cell_axes() -> tuple[Floats, Floats]:
    middles = (np.arange(CELLS) + 0.5) / CELLS
    return middles, middles * CORNERS[2, 1]


def _shading(shade: Field, starved: NDArray[np.bool_], theme: Theme) -> dict[str, Any]:
    """Shade the cells: 0 outside, 1 right, 2 wrong, 3 wrong with next to no gradient."""
    inside, _ = _cell_grid()
    codes = np.zeros(inside.size, dtype=np.int64)
    wrong = shade.points.argmax(axis=1) != shade.target
    codes[inside] = 1 + wrong.astype(np.int64) + starved
    own = theme.class_color(shade.target)
    colors = ["rgba(0,0,0,0)", mixed(own, theme.paper, 0.72), mixed(own, theme.paper, 0.9), _grey(theme)]
    scale = [[edge / 4, color] for place, color in enumerate(colors) for edge in (place, place + 1)]
    trace = cells(codes.reshape(CELLS, CELLS), scale, 3, *_cell_axes())
    return {**trace, "zmin": -0.5, "zmax": 3.5}


def _grey(theme: Theme) -> str:
    return mixed(theme.muted, theme.paper, 0.45)


def _frame(theme: Theme) -> list[dict[str, Any]]:
    """Draw the triangle and the three borders between the regions of the argmax."""
    triangle = CORNERS[[0, 1, 2, 0]]
    middle = CORNERS.mean(axis=0)
    borders = [
        np.array([middle, (CORNERS[a] + CORNERS[b]) / 2, [np.nan, np.nan]])
        for a, b in ((0, 1), (1, 2), (0, 2))
    ]
    base = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
    return [
        {**base, **_xy(triangle), "line": {"color": theme.text, "width": 1.5}},
        {**base, **_xy(np.concatenate(borders)), "line": {"color": theme.muted, "width": 1, "dash": "dot"}},
        {
            "type": "scatter",
            "mode": "markers",
            "x": [None],
            "y": [None],
            "name": "next to no gradient for its class",
            "marker": {"symbol": "square", "size": 11, "color": _grey(theme)},
        },
    ]


def _field_arrows(field: Field, theme: Theme) -> dict[str, Any]:
    tails, steps = flat(field.points), flat(field.motion)
    sizes = np.sqrt(np.linalg.norm(steps, axis=1))
    longest = max(float(sizes.max()), np.finfo(np.float64).tiny)
    length = LONGEST * sizes / longest
    heads = tails + steps / np.maximum(sizes[:, None] ** 2, np.finfo(np.float64).tiny) * length[:, None]
    color = theme.loss(field.gradient.kind)
    # An arrow that is too short is drawn as a dot.
    points = np.where(length > LONGEST / 8, 7.0, 3.0)
    return {
        **_arrows(tails, heads, points, translucent(color, 0.85), 1.4),
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _row_arrows(
    row: Mapping[str, Floats], moved: Mapping[str, Floats], place: Floats, theme: Theme
) -> list[dict[str, Any]]:
    """Draw what each loss does to the row: direction and size, the longest of all at full length.

    Longer arrows are wider and drawn first, so that all arrows of one direction are visible.
    """
    from east.losses import LOSSES

    tail = flat(place[None])
    steps, others = ({key: flat(step[None]) for key, step in each.items()} for each in (row, moved))
    sizes = [float(np.linalg.norm(step)) for step in (*steps.values(), *others.values())]
    scale = ROW_ARROW / max([*sizes, np.finfo(np.float64).tiny])
    order = sorted(steps, key=lambda key: -float(np.linalg.norm(steps[key])))
    head = np.array([13.0])
    pale = [
        {
            **_arrows(tail, tail + step * scale, head, translucent(theme.loss(key), 0.45), 2.5),
            "name": f"{LOSSES[key].label}, other row moved",
            "showlegend": False,
            "hovertemplate": f"{word(LOSSES[key].label)}, once the other row has moved<extra></extra>",
        }
        for key, step in others.items()
    ]
    traces = [
        {
            **_arrows(tail, tail + steps[key] * scale, head, theme.loss(key), width),
            "name": LOSSES[key].label,
            "hovertemplate": f"{word(LOSSES[key].label)}<extra></extra>",
        }
        for key, width in zip(order, np.linspace(7.0, 2.5, len(order)).tolist(), strict=True)
    ]
    spot = {"size": 11, "color": theme.paper, "line": {"color": theme.text, "width": 2.5}}
    hover = "<br>".join(f"p = {p:.3f}" for p in place) + "<extra></extra>"
    here = {"type": "scatter", "mode": "markers", **_xy(tail), "marker": spot, "hovertemplate": hover}
    return [*pale, *traces, {**here, "name": "the row", "showlegend": False}]


def _pick_places() -> dict[str, Any]:
    """Lay marks that nobody sees over the triangle; a click snaps to the nearest."""
    from east.microscope import simplex_points

    points = simplex_points(PICKS)
    return {
        "type": "scatter",
        "mode": "markers",
        **_xy(flat(points)),
        "marker": {"size": 9, "opacity": 0},
        "name": "places",
        "showlegend": False,
        "customdata": plain(points),
        "hovertemplate": "%{customdata[0]:.2f}, %{customdata[1]:.2f}, %{customdata[2]:.2f}<extra></extra>",
    }


def _arrows(tails: Floats, heads: Floats, sizes: Floats, color: str, width: float) -> dict[str, Any]:
    """Draw arrows as one trace: shafts as lines with gaps, heads as rotated markers."""
    path = np.stack([tails, heads, np.full_like(tails, np.nan)], axis=1).reshape(-1, 2)
    markers = np.stack([0 * sizes, sizes, 0 * sizes], axis=1).ravel()
    return {
        "type": "scatter",
        "mode": "lines+markers",
        **_xy(path),
        "line": {"color": color, "width": width},
        "marker": {
            "symbol": "arrow",
            "angleref": "previous",
            "size": plain(markers),
            "color": color,
            "opacity": 1,
            "line": {"width": 0},
        },
    }


def _xy(points: Floats) -> dict[str, Any]:
    return {"x": plain(points[:, 0]), "y": plain(points[:, 1])}


def _names(classes: Sequence[str], theme: Theme) -> list[dict[str, Any]]:
    anchors = (("left", "top"), ("right", "top"), ("center", "bottom"))
    return [
        {
            "x": float(corner[0]),
            "y": float(corner[1]) + (0.015 if up == "bottom" else -0.02),
            "text": tagged("<b>{}</b>", name),
            "showarrow": False,
            "xanchor": side,
            "yanchor": up,
            "font": {"size": FONT_SIZE + 1, "color": theme.class_color(place)},
        }
        for place, (name, corner, (side, up)) in enumerate(zip(classes, CORNERS, anchors, strict=True))
    ]
