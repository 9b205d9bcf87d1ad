"""Figures of one row: its classes on the Heaviside, and each loss's gradient by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from east.figures.labels import short_labels
from east.figures.markup import word
from east.figures.palette import FONT_SIZE, LIGHT, Figure, Theme, axis, layout, mixed, plain, sentence
from east.figures.surrogate import heaviside_knots

if TYPE_CHECKING:
    from east.microscope import Anatomy, Gradient

NEAR_THE_EDGE = 0.15
"""Probabilities nearer to 0 or 1 than this have no room for a name on the outer side."""


def row_heaviside_figure(
    anatomy: Anatomy, classes: Sequence[str], *, theme: Theme = LIGHT, height: int = 280
) -> Figure:
    """Draw the Heaviside of one row with every class at its probability p and its value H(p).

    Args:
        anatomy: anatomy of the row.
        classes: names of the K classes.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    tau, color = anatomy.threshold, theme.loss("east")
    across, up = heaviside_knots(anatomy.sharpness, tau)
    base = {"type": "scatter", "hoverinfo": "skip", "mode": "lines"}
    step = {
        **base,
        "x": plain([0, tau, tau, 1]),
        "y": [0, 0, 1, 1],
        "line": {"color": theme.muted, "dash": "dot"},
    }
    line = {**base, "x": plain(across), "y": plain(up), "line": {"color": color, "width": 3}}
    marks = _class_marks(anatomy, classes, theme)
    picture = layout(
        theme,
        height=height,
        xaxis=axis(theme, f"probability p (threshold τ = {tau:.3f})", range=[-0.03, 1.03]),
        yaxis=axis(theme, "counts as H(p)", range=[-0.08, 1.12]),
        shapes=[_upright(theme, tau), _band(theme, anatomy)],
    )
    named = [
        (name, f"p {p:.3f}, {place} the band, H {height:.3f}, membership {member:.3f}")
        for name, p, place, height, member in zip(
            classes, anatomy.probabilities, anatomy.places, anatomy.heights, anatomy.memberships, strict=True
        )
    ]
    title = f"The row on the Heaviside, threshold {tau:.3f}, its class {classes[anatomy.target]}"
    return Figure((step, line, marks), picture, sentence(title, named))


def gradient_figure(
    gradients: Mapping[str, Gradient], classes: Sequence[str], *, theme: Theme = LIGHT, height: int = 280
) -> Figure:
    """Draw each loss's push on each class's logit, with the parts of metric and anchor stacked.

    Args:
        gradients: gradients of one row, `[K]` each, by key of LOSSES.
        classes: names of the K classes.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    from east.losses import LOSSES

    names = short_labels(classes)
    traces = []
    for key, gradient in gradients.items():
        label, color = LOSSES[key].label, theme.loss(key)
        parts = [("anchor" if gradient.metric_part.any() else "likelihood", gradient.anchor_part, 0.0)]
        if gradient.metric_part.any():
            parts = [("metric", gradient.metric_part, 0.0), ("anchor", gradient.anchor_part, 0.55)]
        for part, values, paler in parts:
            if values.any():
                traces.append(
                    _bars(key, f"{label}: {part}", names, -values, mixed(color, theme.paper, paler))
                )
    picture = layout(
        theme,
        height=height,
        barmode="relative",
        bargap=0.3,
        bargroupgap=0.06,
        margin={"l": 64, "r": 12, "t": 34, "b": 32},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom", "font": {"size": FONT_SIZE - 1}},
        xaxis={"type": "category", "tickfont": {"color": theme.text}, "showgrid": False},
        yaxis=axis(
            theme, "push on the logit", zeroline=True, zerolinecolor=theme.muted, exponentformat="none"
        ),
    )
    alt = " ".join(gradient.in_words(classes) for gradient in gradients.values())
    return Figure(tuple(traces), picture, alt)


def cross_effect_figure(
    before: Mapping[str, Gradient],
    after: Mapping[str, Gradient],
    classes: Sequence[str],
    *,
    theme: Theme = LIGHT,
    height: int = 260,
) -> Figure:
    """Draw each loss's push on one row as it is, and beside it, pale, once another row has moved.

    Args:
        before, after: of the row, `[K]` each, by key of LOSSES.
        classes: K names.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    from east.losses import LOSSES

    names = short_labels(classes)
    traces, facts = [], []
    for key, gradient in before.items():
        label, color, then = LOSSES[key].label, theme.loss(key), after[key].push
        traces.append(_bars(f"{key} before", f"{label}: as it is", names, gradient.push, color))
        pale = mixed(color, theme.paper, 0.55)
        traces.append(_bars(f"{key} after", f"{label}: other row moved", names, then, pale))
        facts.append((label, f"changes by up to {np.abs(then - gradient.push).max():.2g}"))
    picture = layout(
        theme,
        height=height,
        barmode="group",
        bargap=0.25,
        bargroupgap=0.04,
        margin={"l": 64, "r": 12, "t": 12, "b": 32},
        showlegend=False,
        xaxis={"type": "category", "tickfont": {"color": theme.text}, "showgrid": False},
        yaxis=axis(
            theme, "push on the logit", zeroline=True, zerolinecolor=theme.muted, exponentformat="none"
        ),
    )
    return Figure(
        tuple(traces), picture, sentence("Push on this row before and after another row moves", facts)
    )


def _name_side(probability: float, above: bool) -> str:
    """Return where the name of a class stands at its mark: off the rising line, and within the picture."""
    if probability > 1 - NEAR_THE_EDGE:
        return "top left"
    if probability < NEAR_THE_EDGE:
        return "top right" if above else "bottom right"
    return "top left" if above else "bottom right"


def _class_marks(anatomy: Anatomy, classes: Sequence[str], theme: Theme) -> dict[str, Any]:
    """Mark each class on the line in its own colour, the true class with a ring."""
    rings = [theme.text if place == anatomy.target else theme.paper for place in range(len(classes))]
    widths = [3 if place == anatomy.target else 1 for place in range(len(classes))]
    sides = [""] * len(classes)
    for rank, place in enumerate(np.argsort(anatomy.probabilities)):
        sides[int(place)] = _name_side(float(anatomy.probabilities[place]), rank % 2 == 1)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": plain(anatomy.probabilities),
        "y": plain(anatomy.heights),
        "text": short_labels(classes),
        "textposition": sides,
        "textfont": {"size": FONT_SIZE, "color": theme.text},
        "cliponaxis": False,
        "marker": {
            "size": 14,
            "color": [theme.class_color(place) for place in range(len(classes))],
            "line": {"color": rings, "width": widths},
        },
        "customdata": plain(anatomy.memberships),
        "hovertext": list(classes),
        "hovertemplate": "<b>%{hovertext}</b><br>p %{x:.3f} counts as %{y:.3f}"
        "<br>membership %{customdata:.3f}<extra></extra>",
    }


def _bars(group: str, name: str, classes: Sequence[str], values: Any, color: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "offsetgroup": group,
        "x": list(classes),
        "y": plain(values),
        "marker": {"color": color},
        "hovertemplate": f"{word(name)}<br>%{{x}}: %{{y:+.4g}}<extra></extra>",
    }


def _upright(theme: Theme, place: float) -> dict[str, Any]:
    line = {"color": theme.muted, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": place, "x1": place, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _band(theme: Theme, anatomy: Anatomy) -> dict[str, Any]:
    """Shade the band, which has the gradient."""
    shape = {"type": "rect", "x0": anatomy.low, "x1": anatomy.high, "y0": 0, "y1": 1, "yref": "paper"}
    return {**shape, "fillcolor": theme.grid, "opacity": 0.6, "line": {"width": 0}, "layer": "below"}
