"""The source of plotly.js from the installed package, without a download."""

from __future__ import annotations


def plotly_script() -> str:
    """Return the source of plotly.js (about 5 MB)."""
    from plotly.offline import get_plotlyjs  # late: the first page needs no plotly

    source: str = get_plotlyjs()
    return source
