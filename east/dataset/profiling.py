"""The profile of a table, computed once as plain facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from east.dataset.concerns import (
    column_concerns,
    duplicate_concerns,
    leakage_concerns,
    quantity_concerns,
    target_concerns,
)
from east.dataset.facts import ClassFacts, Profile
from east.dataset.guesses import guess_targets
from east.dataset.outline import check_column
from east.dataset.roles import describe
from east.dataset.targets import cut, factorize, is_continuous

if TYPE_CHECKING:
    from east.tables import Table

_ROWS = 50_000
_CELLS = 5_000_000
_SEVERITIES = ("stop", "warn", "note")


def profile(table: Table, target: str | None = None, bins: int | None = None) -> Profile:
    """Profile a table.

    Missing values and classes are counted over all rows. Roles, cardinalities and concerns of a table of more than
    50,000 rows (fewer if it is wide) come from a sample of `looked_at` rows.

    Args:
        table: to be profiled.
        target: the column to predict; the likeliest one if None.
        bins: cut a numeric target at its quantiles into so many classes first.

    Raises:
        DatasetError: when the target is not in the table, or cannot be cut.
    """
    frame = table.frame
    if target is not None:
        check_column(frame, "target", target)
    looked = _sample(frame)
    missing = frame.isna().sum()
    columns = tuple(describe(looked[name], int(missing[name]), len(frame)) for name in frame.columns)
    guesses = guess_targets(columns, len(looked))
    if target is None and guesses:
        target = guesses[0].column
    concerns = [*column_concerns(columns, looked, target), *duplicate_concerns(frame, looked)]
    classes: tuple[ClassFacts, ...] = ()
    if target is not None:
        concerns += quantity_concerns(columns, looked, target)
        if bins is not None:
            classed = cut(frame[target].dropna(), bins)
            frame, looked = frame.assign(**{target: classed}), looked.assign(**{target: classed})
        classes = _classes(frame[target])
        concerns += target_concerns(frame[target], classes, int(missing[target]), len(frame))
        known = {concern.column for concern in concerns if concern.kind == "leakage"}
        leaks = leakage_concerns(columns, looked, target)
        concerns += [concern for concern in leaks if concern.column not in known]
    concerns.sort(key=lambda concern: _SEVERITIES.index(concern.severity))
    imbalance = classes[0].count / classes[-1].count if classes else None
    return Profile(
        table.name, len(frame), len(looked), columns, guesses, target, classes, imbalance, tuple(concerns)
    )


def _sample(frame: pd.DataFrame) -> pd.DataFrame:
    rows = min(_ROWS, max(_CELLS // max(frame.shape[1], 1), 500))
    if len(frame) <= rows:
        return frame
    chosen = np.sort(np.random.default_rng(0).choice(len(frame), rows, replace=False))
    return frame.iloc[chosen]


def _classes(column: pd.Series[Any]) -> tuple[ClassFacts, ...]:
    present = column.dropna()
    if not len(present) or is_continuous(present):
        return ()
    codes, labels = factorize(present)
    counts = np.bincount(codes, minlength=len(labels))
    order = np.argsort(-counts, kind="stable")
    return tuple(ClassFacts(labels[i], int(counts[i]), float(counts[i] / len(codes))) for i in order)
