"""What a user should know about a table before training on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from east.dataset.facts import ClassFacts, ColumnFacts, Concern
from east.dataset.leakage import single_column_recall
from east.dataset.targets import MAX_CLASSES, factorize, is_continuous
from east.tables import Remedy
from east.tables.texts import alike_groups

_BATCH = 512
_LEAK = 0.97
_ORDERED_ALIKE = 0.999
_MOST_ALIKE = 5000  # different texts compared
_LEAK_REMEDY = "leave it out if it is known only after the target is"
_LEAVE_OUT = "leave it out unless it means something"


def column_concerns(
    columns: Sequence[ColumnFacts], looked: pd.DataFrame, target: str | None
) -> Iterator[Concern]:
    """Concerns about single feature columns.

    Args:
        columns: facts of all columns.
        looked: the rows that were profiled.
        target: left to `target_concerns`.
    """
    for facts in columns:
        if facts.name == target:
            continue
        share = f"{facts.missing_share:.0%} of its values are missing"
        if facts.distinct == 0:
            yield Concern("near_empty", facts.name, "all of its values are missing", "it is ignored", "note")
        elif facts.role == "constant":
            yield Concern(
                "constant", facts.name, "it has the same value in every row", "it is ignored", "note"
            )
        elif facts.missing_share >= 0.9:
            yield Concern("near_empty", facts.name, share, _LEAVE_OUT)
        if facts.role == "id":
            evidence = f"nearly every row has a different value, such as {', '.join(facts.examples[:2])}"
            yield Concern(
                "id", facts.name, evidence, "leave it out: it names rows, it does not describe them"
            )
        if facts.role == "date":
            remedy = "it becomes year, month, day and seconds; split by it if you want to predict the future"
            yield Concern("date", facts.name, "it holds dates", remedy, "note")
        if facts.role == "text":
            evidence = f"it holds free text ({facts.distinct:,} different)"
            yield Concern(
                "free_text", facts.name, evidence, "its letters are summarised in a few numbers", "note"
            )
        if facts.role == "categorical" and facts.distinct > 100:
            evidence = f"it has {facts.distinct:,} different categories"
            yield Concern(
                "high_cardinality", facts.name, evidence, "they are summarised in a few numbers", "note"
            )
        if facts.role in ("categorical", "text"):
            yield from _mixed(facts, looked[facts.name])
        if facts.role in ("categorical", "boolean", "constant"):
            yield from look_alike_concerns(looked[facts.name], "categories")


def _mixed(facts: ColumnFacts, column: pd.Series[Any]) -> Iterator[Concern]:
    present = column.dropna().astype(object).map(str).head(5000)
    numeric = pd.to_numeric(present.str.replace(",", "."), errors="coerce").notna()
    share = float(numeric.mean()) if len(present) else 0.0
    if 0.05 < share < 1:
        odd = present[~numeric].iloc[0][:30]
        evidence = f"{share:.0%} of its values are numbers, others are text such as {odd!r}"
        yield Concern(
            "mixed_types", facts.name, evidence, "correct the text, or take the column as categories"
        )


def look_alike_concerns(column: pd.Series[Any], what: str) -> Iterator[Concern]:
    """Concerns about texts that differ only in spaces, case or Unicode form.

    Args:
        column: of a feature or the target.
        what: its texts are: "categories" or "classes".
    """
    if not isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype):
        return
    values = list(column.dropna().unique())
    groups = alike_groups(values) if len(values) <= _MOST_ALIKE else []
    if groups:
        shown = "; ".join(", ".join(map(repr, group[:4])) for group in groups[:3])
        evidence = (
            f"some {what} differ only in spaces, case or Unicode form: {shown}{' ...' if groups[3:] else ''}"
        )
        join = (Remedy("Join them", "join_alike", True),)
        yield Concern(
            "look_alike", str(column.name), evidence, "join them if they mean the same", remedies=join
        )


def duplicate_concerns(frame: pd.DataFrame, looked: pd.DataFrame) -> Iterator[Concern]:
    """Concerns about repeated columns and rows."""
    first: dict[bytes, str] = {}
    for name in looked.columns:
        if looked[name].nunique() < 2:
            continue
        print_of = pd.util.hash_pandas_object(looked[name], index=False).to_numpy().tobytes()
        twin = first.setdefault(print_of, str(name))
        if twin != name and frame[twin].equals(frame[name]):
            evidence = f"it equals the column {twin!r} in every row"
            yield Concern("duplicate_column", str(name), evidence, "leave one of the two out")
    repeated = int(looked.duplicated().sum())
    if repeated:
        evidence = f"{repeated:,} of the {len(looked):,} rows looked at repeat an earlier row"
        remedy = "the same row may train and test; remove repetitions if they are mistakes"
        yield Concern(
            "duplicate_rows", None, evidence, remedy, "note" if repeated < 0.05 * len(looked) else "warn"
        )


def target_concerns(
    column: pd.Series[Any], classes: Sequence[ClassFacts], missing: int, rows: int
) -> Iterator[Concern]:
    """Concerns about the target itself."""
    name = str(column.name)
    if missing:
        evidence = f"{missing:,} of {rows:,} rows have no target"
        yield Concern("missing_target", name, evidence, "leave these rows out, or fill the target in", "stop")
    if is_continuous(column.dropna()):
        evidence = "it is a continuous quantity, not a class"
        yield Concern(
            "continuous_target", name, evidence, "cut it into classes, or choose another target", "stop"
        )
        return
    if len(classes) < 2:
        evidence = f"it has a single class, {classes[0].label!r}" if classes else "it has no value at all"
        yield Concern("few_classes", name, evidence, "choose another target", "stop")
        return
    if len(classes) > 50:
        severity = "stop" if len(classes) > MAX_CLASSES else "warn"
        evidence = f"it has {len(classes):,} classes"
        yield Concern("too_many_classes", name, evidence, "choose another target, or merge classes", severity)
    yield from look_alike_concerns(column, "classes")
    rare = [facts for facts in classes if facts.count < 3]
    if rare:
        evidence = f"{_count(rare)} fewer than 3 rows: {_listed(rare)}"
        remedy = "keep them with a split that still works, merge them into one class, or add rows"
        yield Concern("rare_class", name, evidence, remedy, "stop")
    scarce = [facts for facts in classes if facts.count >= 3 and facts.share * _BATCH < 2]
    if scarce:
        evidence = f"{_count(scarce)} fewer than two rows in a batch of {_BATCH}: {_listed(scarce)}"
        yield Concern(
            "scarce_class", name, evidence, "expect noisy scores, or train with larger batches", "note"
        )
    smallest = min(facts.count for facts in classes)
    if rows < 200 or smallest < 15:
        evidence = f"the table has {rows:,} rows, and its smallest class {smallest}"
        yield Concern("few_rows", None, evidence, "differences of a few points will not mean much", "note")


def _count(classes: Sequence[ClassFacts]) -> str:
    return f"{len(classes)} classes have" if len(classes) > 1 else "one class has"


def _listed(classes: Sequence[ClassFacts]) -> str:
    return ", ".join(f"{facts.label!r} ({facts.count})" for facts in classes[:5]) + (
        " ..." if classes[5:] else ""
    )


def leakage_concerns(columns: Sequence[ColumnFacts], looked: pd.DataFrame, target: str) -> Iterator[Concern]:
    """Concerns about features that alone predict the target almost perfectly."""
    with_target = looked[looked[target].notna()]
    if len(with_target) < 40 or is_continuous(with_target[target]):
        return
    codes, labels = factorize(with_target[target])
    if len(labels) < 2 or len(labels) > MAX_CLASSES:
        return
    likely = np.bincount(codes).max() / len(codes)
    for facts in columns:
        if facts.name == target or facts.role in ("constant", "id"):
            continue
        leak = single_column_recall(with_target[facts.name], codes, len(labels))
        if leak.recall < _LEAK or likely > 0.999:
            continue
        if leak.exact:
            evidence = f"each of its values goes with one class of {target!r} only: it is a copy or an encoding of it"
            yield Concern("copy", facts.name, evidence, "leave it out")
        else:
            evidence = f"alone it predicts {leak.recall:.1%} of {target!r} right, averaged over the classes"
            yield Concern("leakage", facts.name, evidence, _LEAK_REMEDY)


def quantity_concerns(columns: Sequence[ColumnFacts], looked: pd.DataFrame, target: str) -> Iterator[Concern]:
    """Concerns about features that rise or fall with a numeric target throughout, and so give it away.

    Args:
        columns: facts of all columns.
        looked: the rows that were profiled, with the target as numbers.
        target: its name; there is no concern unless it is a continuous quantity.
    """
    present = looked[looked[target].notna()]
    if len(present) < 40 or not is_continuous(present[target]):
        return
    order = present[target].rank()
    for facts in columns:
        if facts.name == target or facts.role != "numeric":
            continue
        both = present[facts.name].notna()
        if both.mean() < 0.5:
            continue
        alike = float(order[both].corr(present.loc[both, facts.name].rank()))
        if abs(alike) >= _ORDERED_ALIKE:
            evidence = (
                f"it {'rises' if alike > 0 else 'falls'} with {target!r} (rank correlation {alike:.4f})"
            )
            yield Concern("leakage", facts.name, evidence, _LEAK_REMEDY)
