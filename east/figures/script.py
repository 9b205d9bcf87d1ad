"""The source of plotly.js from the installed package, without a download."""

from __future__ import annotations

from plotly.offline import get_plotlyjs


def plotly_script() -> str:
    """Return the source of plotly.js (about 5 MB)."""
    source: str = get_plotlyjs()
    return source
