"""Confusion matrices as heatmaps: one matrix, or the difference of two; rows true, columns predicted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from east.errors import SettingError
from east.figures.labels import short_labels
from east.figures.markup import word
from east.figures.palette import FONT_SIZE, LIGHT, Figure, Theme, color_scale, layout, plain

Array = NDArray[np.float64]

NORMALISATIONS: Mapping[str, str] = MappingProxyType(
    {"row": "Share of the true class", "column": "Share of the predicted class", "count": "Counts"}
)
MOST_WITH_TEXT = 8
MOST_WITH_SMALL_TEXT = 6
MOST_WITH_EVERY_LABEL = 14
MOST_SMALL_LABELS = 7
HEIGHTS = ((3, 200), (5, 230), (8, 270), (14, 310))
"""(Most classes, height in pixels) pairs."""
MOST_HEIGHT = 340
MOST_STILL_HEIGHT = 640
STILL_PX = 300
"""Least width of a static matrix with many classes, in pixels."""
NARROW_PX = 165
"""Least width of a matrix on a page without its labels, in pixels."""


def normalised(matrix: ArrayLike, normalise: str) -> Array:
    """Divide by the row or column sums; 0 / 0 is 0.

    Args:
        matrix: `[K, K]` counts or soft mass.
        normalise: a key of NORMALISATIONS.

    Raises:
        SettingError: for an unknown normalisation.
    """
    counts = np.asarray(matrix, dtype=np.float64)
    if normalise == "count":
        return counts
    if normalise not in NORMALISATIONS:
        raise SettingError("The normalisation must be known", repr(normalise), "use row, column or count")
    total = counts.sum(axis=1 if normalise == "row" else 0, keepdims=True)
    shares: Array = np.divide(counts, total, out=np.zeros_like(counts), where=total != 0)
    return shares


def order_by_confusion(matrix: ArrayLike) -> NDArray[np.int64]:
    """Order classes so that classes confused with each other are neighbours.

    The order is the optimal leaf order of an average-linkage tree over the mutual confusion shares: Bar-Joseph
    et al., "Fast optimal leaf ordering for hierarchical clustering", 2001.

    Args:
        matrix: `[K, K]` counts.

    Returns:
        A permutation of K positions.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering

    shares = normalised(matrix, "row")
    if len(shares) < 3:
        return np.arange(len(shares))
    mutual = shares + shares.T
    upper = np.triu_indices(len(mutual), k=1)
    distances = mutual[upper].max() - mutual[upper]
    order: NDArray[np.int64] = leaves_list(optimal_leaf_ordering(linkage(distances, "average"), distances))
    return order.astype(np.int64)


def matrix_figure(
    matrix: ArrayLike,
    classes: Sequence[str],
    *,
    name: str = "confusion matrix",
    normalise: str = "row",
    theme: Theme = LIGHT,
    height: int | None = None,
    still: bool = False,
    small: bool = False,
) -> Figure:
    """Draw one soft or hard confusion matrix.

    Args:
        matrix: `[K, K]` counts or soft mass.
        classes: names of the K classes.
        name: name of the matrix, for the text alternative.
        normalise: unit of colours and cell text, a key of NORMALISATIONS.
        theme: LIGHT or DARK.
        height: in pixels; by default it grows with K.
        still: whether the figure is static, with more room for many classes and more numbers on hover.
        small: whether there is little room: fewer numbers in the cells, without % signs, and no axis titles.
    """
    counts = np.asarray(matrix, dtype=np.float64)
    shown = normalised(counts, normalise)
    # The largest row sum does not change between snapshots, so their colours are comparable.
    top = 1.0 if normalise != "count" else float(max(counts.sum(axis=1).max(), 1.0))
    trace = {
        **_heatmap(shown, classes, _small_text(shown, normalise) if small else _cell_text(shown, normalise)),
        "zmin": 0.0,
        "zmax": top,
        "colorscale": color_scale(theme.sequential),
        **_hover(counts, normalise, still),
    }
    picture = _layout(classes, theme, height, still)
    return Figure((trace,), _tight(picture) if small else picture, describe_matrix(counts, classes, name))


def difference_figure(
    first: ArrayLike,
    second: ArrayLike,
    classes: Sequence[str],
    *,
    names: tuple[str, str] = ("soft", "hard"),
    normalise: str = "row",
    theme: Theme = LIGHT,
    height: int | None = None,
    still: bool = False,
) -> Figure:
    """Draw `first - second` on a diverging scale, with zero in the background colour.

    Args:
        first, second: `[K, K]` counts or soft mass.
        classes: names of the K classes.
        names: names of the two matrices, for hover text and text alternative.
        normalise: normalisation of each before the difference, a key of NORMALISATIONS.
        theme: LIGHT or DARK.
        height: in pixels; by default it grows with K.
        still: whether the figure is static, with more room for many classes and more numbers on hover.
    """
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    shown = normalised(one, normalise) - normalised(other, normalise)
    reach = _round_up(
        float(np.nan_to_num(np.abs(shown)).max(initial=0.0)), 0.05 if normalise != "count" else 1.0
    )
    trace = {
        **_heatmap(shown, classes, _cell_text(shown, normalise, signed=True)),
        "zmin": -reach,
        "zmax": reach,
        "colorscale": color_scale(theme.diverging),
        **_hover_of_both(one, other, names, normalise, still),
    }
    return Figure(
        (trace,), _layout(classes, theme, height, still), describe_difference(one, other, classes, names)
    )


def describe_matrix(matrix: ArrayLike, classes: Sequence[str], name: str) -> str:
    """Say in one sentence what a confusion matrix shows."""
    counts = np.asarray(matrix, dtype=np.float64)
    total, right = counts.sum(), np.trace(counts)
    share = right / total if total else 0.0
    wrong = counts - np.diag(np.diag(counts))
    if wrong.sum() == 0:
        return f"{name}: {share:.0%} on the diagonal, no confusion."
    true, predicted = divmod(int(wrong.argmax()), len(wrong))
    return (
        f"{name}: {share:.0%} on the diagonal; the largest confusion is {classes[true]} taken for "
        f"{classes[predicted]}, {wrong[true, predicted]:.3g} of {counts[true].sum():.3g}."
    )


def describe_difference(
    first: ArrayLike, second: ArrayLike, classes: Sequence[str], names: tuple[str, str]
) -> str:
    """Say in one sentence how two confusion matrices differ."""
    gap = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    true, predicted = divmod(int(np.abs(gap).argmax()), len(gap))
    return (
        f"{names[0]} minus {names[1]} confusion matrix: the largest difference is "
        f"{gap[true, predicted]:+.3g} samples at true {classes[true]}, predicted {classes[predicted]}."
    )


def _heatmap(shown: Array, classes: Sequence[str], text: list[list[str]] | None) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "heatmap",
        "x": list(classes),
        "y": list(classes),
        "z": plain(shown),
        "xgap": 1,
        "ygap": 1,
        "showscale": False,
    }
    return trace if text is None else {**trace, "text": text, "texttemplate": "%{text}"}


def _hover(counts: Array, normalise: str, still: bool) -> dict[str, Any]:
    """Build the hover text: counts and rates, or only the shown rate if there are very many cells."""
    cell = "true <b>%{y}</b><br>predicted <b>%{x}</b><br>"
    if still or len(counts) <= MOST_WITH_EVERY_LABEL:
        rates = [counts, normalised(counts, "row"), normalised(counts, "column")]
        text = "%{customdata[0]:,.4~g} samples<br>%{customdata[1]:.1%} of this true class<br>"
        text += "%{customdata[2]:.1%} of this prediction<extra></extra>"
        return {"customdata": plain(np.stack(rates, axis=-1), 3), "hovertemplate": cell + text}
    rate = {"row": "<br>%{z:.1%} of this true class", "column": "<br>%{z:.1%} of this prediction"}
    text = "%{customdata:,.4~g} samples" + rate.get(normalise, "") + "<extra></extra>"
    return {"customdata": plain(counts, 3), "hovertemplate": cell + text}


def _hover_of_both(
    one: Array, other: Array, names: tuple[str, str], normalise: str, still: bool
) -> dict[str, Any]:
    cell = "true <b>%{y}</b><br>predicted <b>%{x}</b><br>"
    gap = "difference " + ("%{z:+.3~g}" if normalise == "count" else "%{z:+.1%}") + "<extra></extra>"
    if not still and len(one) > MOST_WITH_EVERY_LABEL:
        return {"hovertemplate": cell + gap}
    both = f"{word(names[0])} %{{customdata[0]:,.4~g}}<br>{word(names[1])} %{{customdata[1]:,.4~g}}<br>"
    return {"customdata": plain(np.stack([one, other], axis=-1)), "hovertemplate": cell + both + gap}


def _cell_text(shown: Array, normalise: str, signed: bool = False) -> list[list[str]] | None:
    if len(shown) > MOST_WITH_TEXT:
        return None
    return [[_number(float(value), normalise, signed) for value in row] for row in shown]


def _small_text(shown: Array, normalise: str) -> list[list[str]] | None:
    if len(shown) > MOST_WITH_SMALL_TEXT:
        return None
    text = _cell_text(shown, normalise)
    return None if text is None else [[cell.rstrip("%") for cell in row] for row in text]


def _number(value: float, normalise: str, signed: bool) -> str:
    if not math.isfinite(value):
        return ""  # of a training that has diverged
    sign = "+" if signed else ""
    if normalise == "count":
        whole = float(value).is_integer() or abs(value) >= 1000
        text = f"{value:{sign},.0f}" if whole else f"{value:{sign}.1f}"
        return "" if signed and value == 0 else text
    percent = round(100 * value)
    if signed:
        return f"{percent:+d}" if percent else ""
    return f"{percent}%"


def _round_up(value: float, least: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten, so that the colour scale changes rarely."""
    if value <= least:
        return least
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1, 2, 5, 10) if value <= step * power * (1 + 1e-9)))


def _layout(classes: Sequence[str], theme: Theme, height: int | None, still: bool) -> dict[str, Any]:
    count = len(classes)
    tall = min(80 + 12 * count, MOST_STILL_HEIGHT) if still else MOST_HEIGHT
    height = height or next((size for most, size in HEIGHTS if count <= most), tall)
    most = 12 if count <= MOST_WITH_TEXT else 10
    room = min(height - 80, STILL_PX) if still else height - 80
    stride = 1 if count <= MOST_WITH_EVERY_LABEL else -(-count * 11 // room)
    named = list(classes[::stride])
    labels = short_labels(classes, most)[::stride]
    size = FONT_SIZE - 1 if count <= MOST_WITH_TEXT else FONT_SIZE - 3
    longest = max((len(label) for label in labels), default=1) * size * 0.56
    angle = 0 if longest * len(labels) < NARROW_PX else -35 if count <= MOST_WITH_TEXT else -90
    below = {0: size, -35: size + 0.57 * longest, -90: longest}[angle]
    ticks = {
        "type": "category",
        "tickmode": "array",
        "tickvals": named,
        "ticktext": labels,
        "tickfont": {"size": size, "color": theme.text},
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
    }
    title = {"font": {"size": FONT_SIZE - 1, "color": theme.muted}, "standoff": 4}
    return layout(
        theme,
        height=height,
        margin={"l": round(longest + 26), "r": 6, "t": 6, "b": round(below + 28)},
        xaxis={**ticks, "tickangle": angle, "title": {**title, "text": "predicted"}},
        yaxis={**ticks, "autorange": "reversed", "title": {**title, "text": "true"}},
    )


def _tight(picture: dict[str, Any]) -> dict[str, Any]:
    """Take the axis titles away, and their room, and label as many classes as a small picture has room for."""
    changes: dict[str, Any] = {"title": {"text": ""}, "ticklabelstandoff": 3}
    every = -(-len(picture["yaxis"]["tickvals"]) // MOST_SMALL_LABELS)
    for name in ("tickvals", "ticktext"):
        changes[name] = picture["yaxis"][name][::every]
    axes = {name: {**picture[name], **changes} for name in ("xaxis", "yaxis")}
    margin = picture["margin"]
    return {**picture, **axes, "margin": {**margin, "l": margin["l"] - 15, "b": margin["b"] - 20}}
