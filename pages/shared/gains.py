"""The reader's own gain matrix as the settings have it."""

from __future__ import annotations

from pages.shared.settings import Settings


def matrix(settings: Settings, size: int) -> tuple[tuple[float, ...], ...]:
    """Return the gains `[K][K]`, row: true, column: predicted; by default 1 for right and 0 for wrong."""
    known = settings.gain
    if known is not None and len(known) == size:
        return known
    from east.metrics import GAIN_PRESETS

    return GAIN_PRESETS["equal"].make([1] * size)
