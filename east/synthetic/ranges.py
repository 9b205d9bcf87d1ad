"""What the numbers of a made problem may be: the same table checks them and sets a page's sliders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from east.errors import SettingError

CLASS_NAMES = ("A", "B", "C", "D", "E", "F")


@dataclass(frozen=True)
class Range:
    """What a setting may be: from `least` to `most`, whole numbers or any."""

    least: float
    most: float
    whole: bool = False


RANGES: Mapping[str, Range] = MappingProxyType(
    {
        "classes": Range(2, len(CLASS_NAMES), whole=True),
        "imbalance": Range(1, 100),
        "overlap": Range(0, 1),
        "noise": Range(0, 0.5),
        "rows": Range(100, 200_000, whole=True),
        "seed": Range(0, 2**32 - 1, whole=True),
    }
)
"""The numeric settings of a problem and its tables."""


def within_range(name: str, value: object) -> float:
    """Give a setting back as a plain number, an int where it must be whole.

    Raises:
        SettingError: when it is no number or out of range, naming the setting.
    """
    allowed = RANGES[name]
    numbers = (int, np.integer) if allowed.whole else (int, float, np.integer, np.floating)
    if (
        isinstance(value, bool)
        or not isinstance(value, numbers)
        or not allowed.least <= value <= allowed.most
    ):
        kind = "a whole number" if allowed.whole else "a number"
        remedy = f"give {kind} from {allowed.least:,.10g} to {allowed.most:,.10g}"
        raise SettingError(f"{name} is out of range", repr(value), remedy)
    return int(value) if allowed.whole else float(value)
