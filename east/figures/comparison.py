"""Figures of a comparison: the paired differences, and the changes by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from east.figures.labels import short_labels
from east.figures.markup import word
from east.figures.palette import (
    FONT_SIZE,
    LIGHT,
    Figure,
    Theme,
    axis,
    label_room,
    layout,
    padded,
    plain,
    sentence,
    translucent,
)

if TYPE_CHECKING:
    from east.comparison import ClassRow, Difference
    from east.metrics import Unit

MOST_CHANGES = 30
MINUS = "−"


def paired_figure(
    differences: Sequence[Difference],
    *,
    unit: Unit,
    names: Sequence[tuple[str, str]] | None = None,
    theme: Theme = LIGHT,
    height: int | None = None,
) -> Figure:
    """Draw paired differences with their 95 % intervals; right of zero, `first` is better.

    Args:
        differences: differences of one first arm from its rivals.
        unit: unit of the metric.
        names: names of the two arms of each difference; by default their labels.
        theme: LIGHT or DARK.
        height: in pixels; by default it grows with the number of rivals.
    """
    pairs = names or [(one.first.label, one.second.label) for one in differences]
    subject, rivals = (pairs[0][0] if pairs else ""), [second for _, second in pairs]
    traces: list[dict[str, Any]] = []
    named: list[tuple[str, str]] = []
    notes: list[dict[str, Any]] = []
    for one, name in zip(differences, rivals, strict=True):
        values = (one.interval[0], one.value, one.interval[1])
        low, mean, high = (float(value) * unit.factor for value in values)
        hover = (
            f"{word(subject)} − {word(name)}<br>{mean:+.2f} {unit.name}, 95 % interval {low:+.2f} to {high:+.2f}"
            f"<br>p {one.p_value:.2g}, corrected {one.adjusted_p:.2g}: {one.conclusion}<extra></extra>"
        )
        traces += _interval(name, low, mean, high, theme.arm(one.second), hover)
        traces.append(_seeds(name, [value * unit.factor for value in one.values], theme.arm(one.second)))
        written = f"{_signed(mean)} ({_signed(low)} to {_signed(high)}"
        notes.append(_beside(theme, name, f"{written})".replace("-", MINUS)))
        named.append((f"against {name}", f"{written}, {one.conclusion})"))
    ends = [unit.factor * end for one in differences for end in (*one.interval, *one.values)]
    picture = layout(
        theme,
        height=height or 60 + 44 * len(differences),
        margin={"l": label_room(rivals), "r": 150, "t": 4, "b": 40},
        xaxis=axis(theme, f"{subject} minus rival, {unit.name}", range=padded([0.0, *ends])),
        yaxis=_categories(theme),
        shapes=[_upright(theme, 0.0)],
        annotations=notes,
    )
    return Figure(tuple(traces), picture, sentence(f"{subject} minus each rival in {unit.name}", named))


def _signed(value: float) -> str:
    """Write a number with its sign and one decimal; what rounds to 0 has none."""
    return "0.0" if abs(value) < 0.05 else f"{value:+.1f}"


def class_change_figure(
    table: Sequence[tuple[ClassRow, ClassRow]],
    *,
    theme: Theme = LIGHT,
    height: int | None = None,
) -> Figure:
    """Draw each class's F under two arms as two dots on a line, in the given order.

    Args:
        table: (first arm, second arm) rows of each class; at most MOST_CHANGES are drawn.
        theme: LIGHT or DARK.
        height: in pixels; by default it grows with the number of classes.
    """
    shown = list(table)[:MOST_CHANGES]
    names = [first.name for first, _ in shown]
    traces = [
        _links(shown, theme),
        _class_dots([second for _, second in shown], "circle-open", theme),
        _class_dots([first for first, _ in shown], "circle", theme),
    ]
    beta = shown[0][0].beta if shown else 1.0
    size = FONT_SIZE - 1 if len(shown) <= 12 else FONT_SIZE - 3
    written = short_labels(names, 30)
    ticks = {"tickvals": names, "ticktext": written, "tickmode": "array"}
    picture = layout(
        theme,
        height=height or 56 + len(shown) * (26 if len(shown) <= 12 else 15),
        margin={"l": label_room(written, size), "r": 16, "t": 4, "b": 40},
        xaxis=axis(theme, f"F{beta:g} on the test part", range=[-0.02, 1.02]),
        yaxis={**_categories(theme, size), **ticks},
    )
    named = [(first.name, f"{first.f:.2f} and {second.f:.2f}") for first, second in shown[:6]]
    pair = [row.arm.label for row in shown[0]] if shown else ["", ""]
    return Figure(tuple(traces), picture, sentence(f"F{beta:g} by class, {pair[0]} and {pair[1]}", named))


def _links(pairs: Sequence[tuple[ClassRow, ClassRow]], theme: Theme) -> dict[str, Any]:
    """Draw a line between the two dots of each class."""
    places: list[Any] = []
    names: list[str | None] = []
    for first, second in pairs:
        places += [*plain([first.f, second.f]), None]
        names += [first.name, first.name, None]
    line = {"color": theme.muted, "width": 1.5}
    return {"type": "scatter", "mode": "lines", "line": line, "hoverinfo": "skip", "x": places, "y": names}


def _class_dots(rows: Sequence[ClassRow], symbol: str, theme: Theme) -> dict[str, Any]:
    if not rows:
        return {"type": "scatter", "mode": "markers", "x": [], "y": []}
    name, color = rows[0].arm.label, theme.arm(rows[0].arm)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": plain([row.f for row in rows]),
        "y": [row.name for row in rows],
        "marker": {"color": color, "size": 10, "symbol": symbol, "line": {"width": 2, "color": color}},
        "customdata": [
            [*plain([row.precision, row.recall]), row.support, *plain([row.found, row.predicted])]
            for row in rows
        ],
        "hovertemplate": f"<b>%{{y}}</b>, {word(name)}<br>F %{{x:.3f}}<br>precision %{{customdata[0]:.3f}}"
        "<br>recall %{customdata[1]:.3f}: %{customdata[3]:,.4~g} of %{customdata[2]:,} found"
        "<br>%{customdata[4]:,.4~g} rows predicted<extra></extra>",
    }


def _interval(
    name: str, low: float, mean: float, high: float, color: str, hover: str
) -> list[dict[str, Any]]:
    base = {"type": "scatter", "hovertemplate": hover, "name": name}
    line = {"color": color, "width": 3}
    dot = {"color": color, "size": 12, "symbol": "diamond"}
    return [
        {**base, "mode": "lines", "x": plain([low, high]), "y": [name, name], "line": line},
        {**base, "mode": "markers", "x": plain([mean]), "y": [name], "marker": dot},
    ]


def _seeds(name: str, values: Sequence[float], color: str) -> dict[str, Any]:
    hover = f"{word(name)}<br>one seed: %{{x:+.2f}}<extra></extra>"
    marker = {"color": translucent(color, 0.45), "size": 6}
    base = {"type": "scatter", "mode": "markers", "hovertemplate": hover}
    return {**base, "x": plain(values), "y": [name] * len(values), "marker": marker}


def _beside(theme: Theme, name: str, text: str) -> dict[str, Any]:
    place = {"xref": "paper", "x": 1.0, "xanchor": "left", "xshift": 8, "y": name, "showarrow": False}
    return {**place, "text": text, "font": {"size": FONT_SIZE - 1, "color": theme.text}}


def _categories(theme: Theme, size: int = FONT_SIZE) -> dict[str, Any]:
    font = {"color": theme.text, "size": size}
    return {"type": "category", "autorange": "reversed", "tickfont": font, "showgrid": False, "ticks": ""}


def _upright(theme: Theme, place: float) -> dict[str, Any]:
    line = {"color": theme.muted, "width": 1}
    return {"type": "line", "x0": place, "x1": place, "y0": 0, "y1": 1, "yref": "paper", "line": line}
