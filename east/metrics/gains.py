"""Gain matrices to start from: what each pair of a true and a predicted class may be worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

Gains = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class GainPreset:
    """A named gain matrix; `make` builds its `[K][K]` gains from the rows of each class `[K]`."""

    label: str
    hint: str
    make: Callable[[Sequence[int]], Gains]


def _equal(class_counts: Sequence[int]) -> Gains:
    size = range(len(class_counts))
    return tuple(tuple(float(row == column) for column in size) for row in size)


def _rarest_costs(class_counts: Sequence[int]) -> Gains:
    """Let a missed row of the rarest class cost what the rows of the others earn for one of its own."""
    rarest = min(range(len(class_counts)), key=lambda place: class_counts[place])
    others = sum(class_counts) - class_counts[rarest]
    cost = -float(max(round(others / max(class_counts[rarest], 1)), 1))
    return tuple(
        tuple(cost if place == rarest and value == 0 else value for value in row)
        for place, row in enumerate(_equal(class_counts))
    )


def _ordered(class_counts: Sequence[int]) -> Gains:
    """Let the gain fall evenly with the distance in the order of the classes, from 1 to 0."""
    size = range(len(class_counts))
    return tuple(
        tuple(round(1 - abs(row - column) / (len(class_counts) - 1), 2) for column in size) for row in size
    )


GAIN_PRESETS: Mapping[str, GainPreset] = MappingProxyType(
    {
        "equal": GainPreset(
            "Every error alike", "Right earns 1, wrong earns nothing: this is accuracy.", _equal
        ),
        "rarest": GainPreset(
            "Missing the rarest is dear",
            "A missed row of the rarest class costs as much as it is rarer than all others together.",
            _rarest_costs,
        ),
        "ordered": GainPreset(
            "Near misses count",
            "For classes in order, such as grades: the further off, the less it earns.",
            _ordered,
        ),
    }
)
