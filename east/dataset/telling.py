"""A profile as text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from east.dataset.facts import ClassFacts, ColumnFacts, Profile

_MOST_CLASSES = 20
_MOST_GUESSES = 4
_WIDEST = 24
_MARKS = {"stop": "!!", "warn": "! ", "note": "- "}


def profile_text(profile: Profile) -> str:
    """Write a profile as lines: columns, likely targets, classes and concerns."""
    parts = [[_heading(profile)], _columns(profile.columns), _target(profile), _concerns(profile)]
    return "\n\n".join("\n".join(part) for part in parts if part)


def size_text(profile: Profile) -> str:
    """Write the size of a table, and how many rows were profiled where that is not all."""
    size = f"{profile.rows:,} rows, {len(profile.columns):,} columns"
    if not profile.sampled:
        return size
    return f"{size}; missing values and classes are counted in all, the rest in a sample of {profile.looked_at:,}"


def span_text(facts: ColumnFacts) -> str:
    """Write least, median and greatest of a column of numbers; "" for any other column.

    Uses a true minus sign: a cell that starts with a hyphen is a formula to spreadsheet programs.
    """
    numbers = (facts.low, facts.middle, facts.high)
    return " … ".join(number_text(number).replace("-", "−") for number in numbers if number is not None)


def number_text(number: float, digits: int = 4) -> str:
    """Write a number in at least so many digits, as people do: 5,000 and 0.0208, and powers of ten only beyond."""
    size = abs(number)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{number:.{digits}g}"
    places = max(digits - 1 - (math.floor(math.log10(size)) if size else 0), 0)
    text = f"{number:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _heading(profile: Profile) -> str:
    return f"{profile.name}: {size_text(profile)}"


def _columns(columns: Sequence[ColumnFacts]) -> list[str]:
    rows = [("column", "role", "missing", "different", "least … median … greatest, or examples")]
    for facts in columns:
        missing = f"{facts.missing_share:.1%}" if facts.missing else ""
        shown = span_text(facts) or ", ".join(facts.examples)
        rows.append((facts.name, facts.role, missing, f"{facts.distinct:,}", shown))
    widths = [min(max(len(row[place]) for row in rows), _WIDEST) for place in range(4)]
    return [
        f"{_cut(row[0], widths[0]):<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  "
        f"{row[3]:>{widths[3]}}  {_cut(row[4], 60)}".rstrip()
        for row in rows
    ]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _target(profile: Profile) -> list[str]:
    lines = [
        f"  {guess.column} ({guess.score:.2f}): {guess.reason}" for guess in profile.guesses[:_MOST_GUESSES]
    ]
    lines = ["likely targets", *lines] if lines else ["no column looks like a target"]
    if profile.classes:
        lines += [f"classes of {profile.target!r}, imbalance ratio {profile.imbalance:.1f}"]
        lines += [_class(facts) for facts in profile.classes[:_MOST_CLASSES]]
        more = len(profile.classes) - _MOST_CLASSES
        lines += [f"  and {more:,} more"] if more > 0 else []
    return lines


def _class(facts: ClassFacts) -> str:
    return f"  {_cut(facts.label, _WIDEST):<{_WIDEST}} {facts.count:>9,}  {facts.share:.1%}"


def _concerns(profile: Profile) -> list[str]:
    if not profile.concerns:
        return ["nothing to look out for"]
    about = "what to look out for (!! needs a decision before training)"
    return [about, *(f"{_MARKS[concern.severity]} {concern}" for concern in profile.concerns)]
