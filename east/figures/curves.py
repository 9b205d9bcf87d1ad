"""Curves of a training by arm: scores, surrogate gap, loss and gradient norm."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from east.figures.markup import word
from east.figures.palette import (
    FONT_SIZE,
    LIGHT,
    Figure,
    Theme,
    axis,
    layout,
    moment_line,
    plain,
    sentence,
    translucent,
)

if TYPE_CHECKING:
    from east.training import Arm, LaneSnapshot, Snapshot

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """One number of a lane, drawn over a training.

    `title` labels the axis, `words` begins the text alternative. `log` sets a logarithmic axis, `zero` draws a
    line at zero, `second` adds a dotted curve, and `best` marks the step of each lane's checkpoint.
    """

    title: str
    words: str
    read: Callable[[LaneSnapshot], float]
    log: bool = False
    zero: bool = False
    second: Callable[[LaneSnapshot], float] | None = None
    best: bool = False


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        "score": Quantity(
            "score",
            "Target metric on validation",
            lambda lane: lane.score_hard,
            second=lambda lane: lane.train_score,
            best=True,
        ),
        "gap": Quantity("soft − hard", "Surrogate gap", lambda lane: lane.gap, zero=True),
        "loss": Quantity("loss", "Training loss", lambda lane: lane.loss_value),
        "gradient": Quantity("gradient norm", "Gradient norm", lambda lane: lane.gradient_norm, log=True),
    }
)


@dataclass(frozen=True)
class Series:
    """One arm's values over time: `steps` `[T]`, `values` `[T, seeds]`."""

    steps: Array
    values: Array

    @property
    def center(self) -> Array:
        """The mean over seeds `[T]`; not finite if one seed is not."""
        with np.errstate(invalid="ignore"):
            mean: Array = self.values.mean(axis=1)
        return mean


def arm_series(history: Sequence[Snapshot], arm: Arm, read: Callable[[LaneSnapshot], float]) -> Series:
    """Collect one number of an arm's lanes over a history.

    Args:
        history: snapshots, oldest first.
        arm: the arm that reads the lanes.
        read: returns the number of a lane.
    """
    rows = [[read(lane) for lane in snapshot.arm(arm).lanes] for snapshot in history]
    steps = np.asarray([snapshot.step for snapshot in history], dtype=np.float64)
    return Series(steps, np.asarray(rows, dtype=np.float64).reshape(len(history), -1))


def curve_figure(
    history: Sequence[Snapshot],
    arms: Sequence[Arm],
    quantity: str,
    *,
    moment: Snapshot | None = None,
    reachable: float | None = None,
    theme: Theme = LIGHT,
    height: int = 220,
) -> Figure:
    """Draw one quantity of some arms against the step: the mean over seeds, and the range as a band.

    Args:
        history: snapshots, oldest first; may be empty.
        arms: arms to draw.
        quantity: a key of QUANTITIES.
        moment: the snapshot shown on the rest of the page, marked by a line.
        reachable: the best value that can be reached, drawn as a line, or None if it is unknown.
        theme: LIGHT or DARK.
        height: in pixels.
    """
    wanted = QUANTITIES[quantity]
    traces: list[dict[str, Any]] = []
    named, words = [], []
    for arm in arms if history else ():
        name, color = arm.label, theme.arm(arm)
        series = arm_series(history, arm, wanted.read)
        if wanted.second is not None:
            second = arm_series(history, arm, wanted.second)
            traces.append(_line(second, f"{name}, train", color, dotted=True))
        traces += [*_band(series, color), _line(series, name, color)]
        if wanted.best:
            traces += _best_moments((moment or history[-1]).arm(arm).lanes, name, color)
        named.append((name, _at_moment(series, moment)))
    total = history[-1].total_steps if history else 1
    if reachable is not None:
        traces.append(_reachable_line(reachable, total, theme))
        words.append(_reachable_words(reachable, theme))
        named.append(("best reachable", f"{reachable:.3g}"))
    picture = layout(
        theme,
        height=height,
        margin={"l": 48, "r": 22, "t": 8, "b": 36},  # room for half of the last step's number
        xaxis=axis(theme, "step", range=[0, total]),
        yaxis=axis(
            theme,
            wanted.title,
            type="log" if wanted.log else "linear",
            **(_log_ticks(traces) if wanted.log else {}),
        ),
        annotations=words,
        shapes=[*_zero_line(theme, wanted.zero), *moment_line(theme, moment.step if moment else None)],
    )
    return Figure(tuple(traces), picture, sentence(wanted.words, named))


def _log_ticks(traces: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Label about six powers of ten at most; below two decades, also 2 and 5 times each power."""
    drawn = [y for trace in traces for y in trace["y"] if y is not None and y > 0]
    if not drawn:
        return {}
    low, high = math.floor(math.log10(min(drawn))), math.ceil(math.log10(max(drawn)))
    stride = max(1, round((high - low) / 5))
    first = range(low, high + 1, stride)
    ticks = [10.0**power for power in first]
    if math.log10(max(drawn) / min(drawn)) < 2:
        ticks = [step * 10.0**power for power in range(low, high + 1) for step in (1, 2, 5)]
    return {"tickmode": "array", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}


def _line(series: Series, name: str, color: str, dotted: bool = False) -> dict[str, Any]:
    line = {"color": color, "width": 1.5, "dash": "dot"} if dotted else {"color": color, "width": 2.5}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": series.steps.astype(int).tolist(),
        "y": plain(series.center),
        "line": line,
        "hovertemplate": f"{word(name)}<br>step %{{x}}: %{{y:.4~g}}<extra></extra>",
    }


def _band(series: Series, color: str) -> list[dict[str, Any]]:
    if series.values.shape[1] < 2:
        return []
    whole = np.isfinite(series.values).all(axis=1)
    steps, values = series.steps[whole], series.values[whole]
    outline = np.concatenate([values.min(axis=1), values.max(axis=1)[::-1]])
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": np.concatenate([steps, steps[::-1]]).astype(int).tolist(),
            "y": plain(outline),
            "fill": "toself",
            "fillcolor": translucent(color, 0.18),
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
    ]


def _reachable_line(value: float, total: int, theme: Theme) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [0, total],
        "y": plain([value, value]),
        "line": {"color": theme.text, "width": 1.5},
        "hovertemplate": "best reachable on fresh rows: %{y:.4~g}<extra></extra>",
    }


def _reachable_words(value: float, theme: Theme) -> dict[str, Any]:
    """Write what the line is, above its start: the curves begin low."""
    return {
        "x": 0,
        "y": plain([value])[0],
        "xanchor": "left",
        "yanchor": "bottom",
        "text": f"best reachable {value:.3f}",
        "font": {"size": FONT_SIZE - 1, "color": theme.text},
        "showarrow": False,
    }


def _best_moments(lanes: Sequence[LaneSnapshot], name: str, color: str) -> list[dict[str, Any]]:
    """Mark the step of each lane's checkpoint, once there is one."""
    taken = [lane for lane in lanes if lane.best_step > 0 and np.isfinite(lane.best_score)]
    if not taken:
        return []
    mark = {"symbol": "diamond", "size": 8, "color": color, "line": {"width": 1, "color": "#ffffff"}}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [lane.best_step for lane in taken],
            "y": plain([lane.best_score for lane in taken]),
            "marker": mark,
            "hovertemplate": f"{word(name)}, best moment<br>step %{{x}}: %{{y:.4~g}}<extra></extra>",
        }
    ]


def _at_moment(series: Series, moment: Snapshot | None) -> str:
    place = -1 if moment is None else int(np.abs(series.steps - moment.step).argmin())
    value = float(series.center[place])
    return f"{value:.3g}" if np.isfinite(value) else "not a number"


def _zero_line(theme: Theme, drawn: bool) -> list[dict[str, Any]]:
    line = {"color": theme.muted, "width": 1}
    shape = {
        "type": "line",
        "x0": 0,
        "x1": 1,
        "xref": "paper",
        "y0": 0,
        "y1": 0,
        "line": line,
        "layer": "below",
    }
    return [shape] if drawn else []
