"""Format the numbers of a comparison for sentences: points, intervals, rows, lists of names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from east.comparison.classes import ClassChange

if TYPE_CHECKING:
    from east.metrics import Metric

MINUS = "−"


def amount(value: float, metric: Metric, *, sign: bool = False) -> str:
    """Write a difference without its unit, with enough decimals not to round it to 0."""
    factor = metric.unit.factor
    scaled = value * factor
    digits = 1 if factor > 1 else 3
    while digits < 6 and scaled and round(abs(scaled), digits) == 0:
        digits += 1
    text = f"{abs(scaled):.{digits}f}"
    if scaled < 0:
        return MINUS + text
    return f"+{text}" if sign and scaled > 0 else text


def span(interval: tuple[float, float], metric: Metric) -> str:
    """Write an interval of differences: "0.6 to 3.2", "−1.0 to +2.0"."""
    crosses = interval[0] < 0 < interval[1]
    return f"{amount(interval[0], metric)} to {amount(interval[1], metric, sign=crosses)}"


def gap(value: float, interval: tuple[float, float], metric: Metric) -> str:
    """Write the size of a difference with its interval; a negative difference flips both."""
    if value < 0:
        value, interval = -value, (-interval[1], -interval[0])
    return f"{amount(value, metric)} {metric.unit.name} (95 % interval {span(interval, metric)})"


def names(items: Sequence[str], joined_by: str = "and") -> str:
    """Join names: "A", "A and B", "A, B and C"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joined_by} {items[-1]}"


def count(value: float) -> str:
    """Write a mean number of rows: without decimals if it is whole or large, else with one."""
    whole = value >= 100 or abs(value - round(value)) < 0.05
    return f"{value:,.0f}" if whole else f"{value:.1f}"


def items(changes: Sequence[ClassChange], seeds: int) -> str:
    """Write the largest gain and loss in rows: "12 more of 400 test rows of class 'rare' found"."""
    pieces = []
    gained, lost = (max(changes, key=lambda change: sign * change.found) for sign in (1, -1))
    for change, holds, more in ((gained, gained.found > 0, "more"), (lost, lost.found < 0, "fewer")):
        if holds:
            rows = f"{count(abs(change.found))} {more} of {change.support:,} test rows"
            pieces.append(f"{rows} of class {change.name!r} found")
    alarms = max(changes, key=lambda change: abs(change.false_alarms))
    if alarms.false_alarms:
        more = "more" if alarms.false_alarms > 0 else "fewer"
        pieces.append(f"{count(abs(alarms.false_alarms))} {more} false alarms of class {alarms.name!r}")
    mean = " (means over seeds)" if seeds > 1 and pieces else ""
    return names(pieces) + mean


def lowered(label: str) -> str:
    """Lower a label's first letter for use inside a sentence, except in abbreviations and names of letters."""
    return label if label[:2].isupper() or not label[1:2].islower() else label[0].lower() + label[1:]
