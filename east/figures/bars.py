"""Static figures: the class balance of a table and the scores of a finished race."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from east.figures.labels import short_labels
from east.figures.markup import word
from east.figures.palette import FONT_SIZE, LIGHT, Figure, Theme, axis, label_room, layout, padded, plain

if TYPE_CHECKING:
    from east.comparison import Score


def class_balance_figure(
    classes: Sequence[str], counts: Sequence[int], *, theme: Theme = LIGHT, height: int | None = None
) -> Figure:
    """Draw the number of rows of each class, the most frequent on top.

    Args:
        classes: names of the K classes.
        counts: K row counts.
        theme: LIGHT or DARK.
        height: in pixels; by default it grows with K.
    """
    total = max(sum(counts), 1)
    order = sorted(range(len(counts)), key=lambda place: -counts[place])
    names, rows = [classes[place] for place in order], [int(counts[place]) for place in order]
    many = len(names) > 12
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": rows,
        "marker": {"color": theme.sequential[3]},
        "text": None if many else [f"{count:,} · {count / total:.1%}" for count in rows],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "<b>%{y}</b>: %{x:,} rows<extra></extra>",
    }
    size = FONT_SIZE - 3 if many else FONT_SIZE
    labels = short_labels(names, 22)
    room = round(16 + max((len(label) for label in labels), default=1) * size * 0.6)
    ticks = {"type": "category", "tickmode": "array", "tickvals": names, "ticktext": labels}
    picture = layout(
        theme,
        height=height or max(120, 40 + len(names) * (16 if many else 30)),
        margin={"l": room, "r": 12, "t": 4, "b": 32},
        bargap=0.25,
        xaxis=axis(theme, "rows", range=[0, max(rows, default=1) * (1.02 if many else 1.28)]),
        yaxis={**ticks, "autorange": "reversed", "tickfont": {"size": size, "color": theme.text}},
    )
    alt = (
        f"Class balance: from {names[0]} with {rows[0]:,} to {names[-1]} with {rows[-1]:,} of {total:,} rows."
    )
    return Figure((trace,), picture, alt)


def score_figure(
    scores: Sequence[Score],
    metric_label: str,
    *,
    theme: Theme = LIGHT,
    height: int | None = None,
) -> Figure:
    """Draw each arm's score at every seed as a dot, the mean as a tick, and its interval as a line.

    Args:
        scores: one per arm, with its seeds and interval.
        metric_label: name of the metric.
        theme: LIGHT or DARK.
        height: in pixels; by default it grows with the number of arms.
    """
    names = [score.arm.label for score in scores]
    traces = [trace for score in scores for trace in _score_traces(score, theme.arm(score.arm))]
    ends = [end for score in scores for end in (*score.values, *score.interval)]
    picture = layout(
        theme,
        height=height or 60 + 44 * len(names),
        margin={"l": label_room(names), "r": 16, "t": 4, "b": 40},
        xaxis=axis(theme, f"{metric_label} on the test part", range=padded(ends)),
        yaxis={
            "type": "category",
            "autorange": "reversed",
            "tickfont": {"color": theme.text},
            "showgrid": False,
        },
    )
    means = "; ".join(f"{score.arm.label} {score.mean:.3f}{_ends(score.interval)}" for score in scores)
    return Figure(tuple(traces), picture, f"{metric_label} on the test part, mean over seeds: {means}.")


def _score_traces(score: Score, color: str) -> list[dict[str, Any]]:
    """Draw one arm: its seeds, their mean, and the mean's interval."""
    name, (low, high) = score.arm.label, score.interval
    hover = f"{word(name)}<br>%{{x:.4f}}<extra></extra>"
    base = {"type": "scatter", "mode": "markers", "hovertemplate": hover, "name": name}
    dots = {"color": color, "size": 9, "opacity": 0.55}
    bar = {"color": color, "size": 26, "symbol": "line-ns", "line": {"width": 4, "color": color}}
    words = f"{word(name)}<br>mean {score.mean:.4f}, 95 % interval {low:.4f} to {high:.4f}<extra></extra>"
    line = {"mode": "lines", "line": {"color": color, "width": 3}, "hovertemplate": words}
    return [
        {**base, "x": plain(score.values), "y": [name] * len(score.values), "marker": dots},
        {**base, "x": plain([score.mean]), "y": [name], "marker": bar},
        {**base, **line, "x": plain(score.interval), "y": [name, name]},
    ]


def _ends(interval: tuple[float, float]) -> str:
    return f" (95 % interval {interval[0]:.3f} to {interval[1]:.3f})"
