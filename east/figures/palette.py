"""The palette and the layout that all figures share, light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from east.figures.markup import literal

if TYPE_CHECKING:
    from east.training import Arm

FONT_SIZE = 12


@dataclass(frozen=True)
class Theme:
    """The colours of one theme; losses have the same hue in both themes.

    Losses use the palette of Okabe and Ito, which is distinct under all common forms of colour blindness; the
    diverging scale runs between its blue and its vermilion. Classes use the bright palette of Paul Tol
    (https://sronpersonalpages.nl/~pault/), made for the same purpose, so that no class looks like a loss.
    """

    name: str
    text: str
    muted: str
    grid: str
    paper: str
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    losses: tuple[str, ...]
    classes: tuple[str, ...]

    def class_color(self, place: int) -> str:
        """Return the colour of a class by its position; beyond the palette's end it repeats, paler."""
        again, place = divmod(place, len(self.classes))
        return mixed(self.classes[place], self.paper, 1 - 0.6**again)

    def loss(self, key: str) -> str:
        """Return the colour of a loss by its position in LOSSES, the same in every figure.

        Beyond the palette's end it repeats, each time greyer.
        """
        # A late import: the losses import torch, and the first page's figure must not wait for it.
        from east.losses import LOSSES

        turn, place = divmod(list(LOSSES).index(key), len(self.losses))
        return mixed(self.losses[place], self.muted, 1 - 0.6**turn)

    def arm(self, arm: Arm) -> str:
        """Return the colour of an arm: its loss's, mixed with the text's by rule, paler for an ensemble."""
        from east.rules import RULES

        color = mixed(self.loss(arm.loss), self.text, 1 - 0.75 ** list(RULES).index(arm.rule))
        return mixed(color, self.paper, 0.3) if arm.ensemble else color


LIGHT = Theme(
    name="light",
    text="#31333f",
    muted="#6b6e7b",
    grid="#e6e8ee",
    paper="#ffffff",
    sequential=("#f7fafd", "#d3e4f2", "#94c1e0", "#4a94c8", "#1a659e", "#083a66"),
    diverging=("#a63c00", "#e08c57", "#f7d9c8", "#fafafa", "#c6dff0", "#5ba3d3", "#005a94"),
    losses=(
        "#0072b2",
        "#56b4e9",
        "#d55e00",
        "#009e73",
        "#cc79a7",
        "#3b7d23",
        "#b08900",
        "#555555",
        "#8c564b",
    ),
    classes=("#4477aa", "#ee6677", "#ccbb44", "#228833", "#aa3377", "#66ccee", "#8a8a8a"),
)

DARK = Theme(
    name="dark",
    text="#fafafa",
    muted="#a3a8b8",
    grid="#2b303b",
    paper="#0e1117",
    sequential=("#141b26", "#17364f", "#1b5a86", "#3186bd", "#7cbce4", "#e3f2fc"),
    diverging=("#ff9a5c", "#b5622f", "#51301f", "#171c25", "#1b3f58", "#2f7fb0", "#7cc4f2"),
    losses=(
        "#4aa8e0",
        "#9bd6f7",
        "#f08b45",
        "#2fc49a",
        "#dd9ac0",
        "#9ccf6a",
        "#e3c04a",
        "#b9bcc6",
        "#c79e93",
    ),
    classes=("#5b8fc7", "#f27d8c", "#d9c955", "#3fa552", "#cf5f9f", "#7fd6f2", "#a6a6a6"),
)


@dataclass(frozen=True)
class Figure:
    """One figure: plotly's traces and layout as plain data, and a text alternative of one sentence."""

    data: tuple[Mapping[str, Any], ...]
    layout: Mapping[str, Any]
    alt: str

    def plotly(self) -> dict[str, Any]:
        """Return the input of `plotly.graph_objects.Figure` and `Plotly.react`, in which no name is markup."""
        return {"data": literal(self.data), "layout": literal(dict(self.layout))}


def color_scale(stops: Sequence[str]) -> list[list[Any]]:
    """Spread colours evenly over [0, 1] as a plotly colour scale."""
    last = len(stops) - 1
    return [[round(place / last, 4), color] for place, color in enumerate(stops)]


def layout(theme: Theme, *, height: int, **changes: Any) -> dict[str, Any]:
    """Build the layout that all figures share; `changes` add to it or replace its parts."""
    base: dict[str, Any] = {
        "height": height,
        "margin": {"l": 48, "r": 12, "t": 8, "b": 36},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": FONT_SIZE, "color": theme.text},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": theme.paper, "bordercolor": theme.grid, "font": {"color": theme.text}},
        # A constant revision keeps the viewer's zoom when new data arrive.
        "uirevision": "keep",
        "dragmode": "zoom",
    }
    return {**base, **changes}


def axis(theme: Theme, title: str, **changes: Any) -> dict[str, Any]:
    """Build one numeric axis in muted colours."""
    base: dict[str, Any] = {
        "title": {"text": title, "font": {"size": FONT_SIZE - 1, "color": theme.muted}, "standoff": 6},
        "gridcolor": theme.grid,
        "linecolor": theme.grid,
        "zeroline": False,
        "tickfont": {"size": FONT_SIZE - 1, "color": theme.muted},
        "nticks": 6,
        "exponentformat": "e",  # 6e+29 fits where 6×10²⁹ would be cut off
        "minexponent": 6,
        "separatethousands": True,
    }
    return {**base, **changes}


def mixed(color: str, other: str, share: float) -> str:
    """Mix a share of another colour into a colour, both '#rrggbb'."""
    pairs = [(int(color[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round((1 - share) * own + share * more):02x}" for own, more in pairs)


def translucent(color: str, opacity: float) -> str:
    """Turn '#rrggbb' into plotly's 'rgba(...)'."""
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def plain(values: ArrayLike, digits: int = 4) -> list[Any]:
    """Round an array to `digits` significant digits, as lists with None for numbers that are not finite.

    Short numbers reduce the data sent at every redraw.
    """
    array = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(array)
    size = np.where(finite & (array != 0), np.abs(array), 1.0)
    scale = 10.0 ** (digits - 1 - np.floor(np.log10(size)))
    rounded = np.round(np.where(finite, array, 0.0) * scale) / scale
    boxed = rounded.astype(object)
    boxed[~finite] = None
    result: list[Any] = boxed.tolist()
    return result


def moment_line(theme: Theme, place: float | None) -> list[dict[str, Any]]:
    """Draw a dotted vertical line at the shown moment."""
    if place is None:
        return []
    line = {"color": theme.muted, "width": 1, "dash": "dot"}
    return [{"type": "line", "x0": place, "x1": place, "y0": 0, "y1": 1, "yref": "paper", "line": line}]


def sentence(title: str, values: Sequence[tuple[str, str]]) -> str:
    """Write named values as one sentence, a figure's text alternative."""
    if not values:
        return f"{title}: nothing to show yet."
    return f"{title}: " + "; ".join(f"{name} {value}" for name, value in values) + "."


def label_room(names: Sequence[str], size: int = FONT_SIZE) -> int:
    """Return the pixels that the longest name needs next to an axis."""
    return round(16 + max((len(name) for name in names), default=1) * size * 0.56)


def padded(values: Sequence[float], share: float = 0.04) -> list[float]:
    """Return an axis range with a margin on both sides of the values, as a share of the range."""
    low, high = min(values), max(values)
    room = share * ((high - low) or 1.0)
    return [low - room, high + room]
