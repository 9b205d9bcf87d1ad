"""Figures of the surrogate: the annealing of (delta, omega), and the present Heaviside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from east.annealing import Annealing, Sharpness
from east.figures.markup import word
from east.figures.palette import FONT_SIZE, LIGHT, Figure, Theme, axis, layout, moment_line, plain, sentence

if TYPE_CHECKING:
    from east.training import Arm

Array = NDArray[np.float64]


def annealing_figure(
    plans: Mapping[Arm, Annealing],
    progress: float,
    *,
    theme: Theme = LIGHT,
    height: int = 220,
) -> Figure:
    """Draw delta (solid) and omega (dashed) of each annealed arm against progress, the future faint.

    Args:
        plans: annealing of each arm that has one.
        progress: the moment shown, u in [0, 1].
        theme: LIGHT or DARK.
        height: in pixels.
    """
    traces, named = [], []
    for arm, plan in plans.items():
        name, color, now = arm.label, theme.arm(arm), plan.at(progress)
        for symbol, pick, dash in (("δ", _delta, "solid"), ("ω", _omega, "dash")):
            hover = f"{word(name)} {symbol} = %{{y:.3f}} at %{{x:.0%}}<extra></extra>"
            line = {"color": color, "dash": dash, "width": 2}
            common = {"type": "scatter", "mode": "lines", "hovertemplate": hover, "name": f"{name} {symbol}"}
            past, future = np.linspace(0, progress, 25), np.linspace(progress, 1, 25)
            for places, opacity in ((future, 0.3), (past, 1.0)):
                heights = [pick(plan.at(float(place))) for place in places]
                traces.append(
                    {**common, "x": plain(places), "y": plain(heights), "line": line, "opacity": opacity}
                )
            above = symbol == "ω"
            traces.append(_dot(progress, pick(now), f"{symbol} {pick(now):.2f}", color, hover, above))
        named.append((name, f"delta {now.delta:.2f}, omega {now.omega:.2f}"))
    picture = layout(
        theme,
        height=height,
        xaxis=axis(
            theme,
            "progress of training",
            range=[-0.02, 1.14],
            tickformat=".0%",
            tickvals=[0, 0.25, 0.5, 0.75, 1],
        ),
        yaxis=axis(theme, "δ and ω", range=[-0.2, 1.2]),
        shapes=moment_line(theme, progress),
    )
    return Figure(tuple(traces), picture, sentence(f"Annealing at {progress:.0%} of training", named))


def heaviside_figure(
    sharpness: Mapping[Arm, Sharpness],
    *,
    placement: Mapping[Arm, Array] | None = None,
    threshold: float = 0.5,
    theme: Theme = LIGHT,
    height: int = 220,
) -> Figure:
    """Draw the present piecewise-linear Heaviside of each annealed arm over the hard step, its limit.

    Bars show the distribution of a batch; the fullest bin of each arm has the full height.

    Args:
        sharpness: delta and omega of each arm.
        placement: counts of each arm over equal bins of [0, 1], the threshold of each row at 1/2.
        threshold: tau, in (0, 1).
        theme: LIGHT or DARK.
        height: in pixels.
    """
    step = {"x": [0, threshold, threshold, 1], "y": [0, 0, 1, 1], "name": "argmax"}
    dotted = {"color": theme.muted, "dash": "dot", "width": 1.5}
    traces: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "line": dotted, "hoverinfo": "name", **step}
    ]
    traces += [
        _bars(arm.label, counts, theme.arm(arm))
        for arm, counts in (placement or {}).items()
        if counts.sum() > 0
    ]
    for arm, now in sharpness.items():
        name = arm.label
        across, up = heaviside_knots(now, threshold)
        line = {"color": theme.arm(arm), "width": 3}
        hover = f"{word(name)}<br>p = %{{x:.2f}} counts as %{{y:.2f}}<extra></extra>"
        shape = {"type": "scatter", "mode": "lines+markers", "marker": {"size": 6}, "name": name}
        traces.append({**shape, "x": plain(across), "y": plain(up), "line": line, "hovertemplate": hover})
    named = [(arm.label, f"delta {now.delta:.2f}, omega {now.omega:.2f}") for arm, now in sharpness.items()]
    picture = layout(
        theme,
        height=height,
        xaxis=axis(theme, f"probability p (threshold τ = {threshold:g})", range=[-0.02, 1.02]),
        yaxis=axis(theme, "counts as H(p)", range=[-0.05, 1.05]),
        barmode="overlay",
        bargap=0.1,
    )
    return Figure(tuple(traces), picture, sentence("Shape of the Heaviside now", named))


def _bars(name: str, counts: Array, color: str) -> dict[str, Any]:
    middles = (np.arange(len(counts)) + 0.5) / len(counts)
    return {
        "type": "bar",
        "x": plain(middles),
        "y": plain(counts / counts.max()),
        "customdata": plain(counts / counts.sum()),
        "marker": {"color": color},
        "opacity": 0.3,
        "name": f"{name}, rows of the batch",
        "hovertemplate": f"{word(name)}<br>%{{customdata:.0%}} of the batch<extra></extra>",
    }


def heaviside_knots(sharpness: Sharpness, threshold: float) -> tuple[Array, Array]:
    """Return the corners (0, 0), (lo, delta), (hi, 1 - delta), (1, 1) of the Heaviside."""
    half = sharpness.omega * min(threshold, 1 - threshold) / 2
    across = np.asarray([0.0, threshold - half, threshold + half, 1.0])
    return across, np.asarray([0.0, sharpness.delta, 1 - sharpness.delta, 1.0])


def _delta(sharpness: Sharpness) -> float:
    return sharpness.delta


def _omega(sharpness: Sharpness) -> float:
    return sharpness.omega


def _dot(across: float, up: float, text: str, color: str, hover: str, above: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": plain([across]),
        "y": plain([up]),
        "text": [text],
        "textposition": "top right" if above else "bottom right",
        "textfont": {"size": FONT_SIZE - 1, "color": color},
        "marker": {"color": color, "size": 8},
        "hovertemplate": hover,
        "cliponaxis": False,
    }
