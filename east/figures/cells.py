"""A grid of small whole numbers as a heatmap, sent as bytes."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_CODES = 256

Floats = NDArray[np.float64]


def cells(
    codes: NDArray[np.integer[Any]], scale: list[list[Any]], top: int, first: Floats, second: Floats
) -> dict[str, Any]:
    """Build a heatmap of codes `[a, b]`, indexed by position on the first and second axis.

    The codes are sent in base 64, which halves their size. They are not values, so they have no hover text.

    Args:
        codes: 0 to `top`.
        scale: plotly's colour scale over 0 to `top`.
        top: the largest code.
        first, second: evenly spaced coordinates on the axes.
    """
    kind = np.uint8 if top < MOST_CODES else np.uint16
    turned = np.ascontiguousarray(codes.T, dtype=kind)
    packed = base64.b64encode(turned.tobytes()).decode("ascii")
    shape = f"{turned.shape[0]}, {turned.shape[1]}"
    return {
        "type": "heatmap",
        "z": {"dtype": f"u{kind().itemsize}", "bdata": packed, "shape": shape},
        "x0": float(first[0]),
        "dx": float(first[1] - first[0]),
        "y0": float(second[0]),
        "dy": float(second[1] - second[0]),
        "zmin": 0,
        "zmax": top,
        "colorscale": scale,
        "showscale": False,
        "hoverinfo": "skip",
    }
