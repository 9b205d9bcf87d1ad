"""Which column is probably the one to predict."""

from __future__ import annotations

import re
from collections.abc import Sequence

from east.dataset.facts import ColumnFacts, TargetGuess

_EXACT = {
    "target",
    "label",
    "labels",
    "class",
    "classes",
    "y",
    "outcome",
    "category",
    "species",
    "diagnosis",
    "response",
}
_TELLING = re.compile(
    r"target|label|class|outcome|categor|species|diagnos|survived|churn|default|fraud|status|result|quality|type|grade",
    re.IGNORECASE,
)


def guess_targets(columns: Sequence[ColumnFacts], rows: int) -> tuple[TargetGuess, ...]:
    """Rank the columns that could be the target, the likeliest first.

    A name that says so weighs most, then a small number of classes, then standing last.
    """
    guesses = [
        guess for place, facts in enumerate(columns) if (guess := _guess(facts, place, len(columns), rows))
    ]
    return tuple(sorted(guesses, key=lambda guess: -guess.score))


def _guess(facts: ColumnFacts, place: int, width: int, rows: int) -> TargetGuess | None:
    if facts.role in ("id", "date", "text", "constant") or facts.missing_share > 0.5:
        return None
    fractions = facts.role == "numeric" and not _whole(facts)
    if facts.distinct > max(2, min(200, rows / 5)) or (fractions and facts.distinct > 20):
        return None
    score, reasons = 0.0, []
    if facts.name.lower() in _EXACT:
        score, reasons = 0.5, ["its name is usual for a target"]
    elif _TELLING.search(facts.name):
        score, reasons = 0.3, ["its name suggests it"]
    if place == width - 1:
        score += 0.3
        reasons.append("it is the last column")
    elif place == 0:
        score += 0.1
        reasons.append("it is the first column")
    if facts.role in ("categorical", "boolean"):
        score += 0.15
        reasons.append("it holds categories")
    score += 0.05 * (2 <= facts.distinct <= 30) - 0.1 * (facts.missing > 0) - 0.1 * (facts.distinct > 30)
    reasons.append(f"it has {facts.distinct} different values")
    return TargetGuess(facts.name, round(max(0.0, min(score, 1.0)), 2), _sentence(reasons))


def _whole(facts: ColumnFacts) -> bool:
    return all("." not in example and "e" not in example for example in facts.examples)


def _sentence(reasons: list[str]) -> str:
    text = " and ".join([", ".join(reasons[:-1]), reasons[-1]] if reasons[1:] else reasons)
    return text[0].upper() + text[1:]
