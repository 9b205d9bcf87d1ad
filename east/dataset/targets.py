"""The target column as class codes, with policies for missing, rare and continuous targets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from east.errors import DatasetError, SettingError, listed, no_such

MAX_CLASSES = 1000
MAX_FRACTIONS = 20  # distinct fractional numbers that may still be classes
RARE = ("refuse", "merge", "keep")
MISSING_TARGET = ("refuse", "leave_out")


@dataclass(frozen=True)
class Labels:
    """A target, coded.

    Args:
        codes: [m] int64, of the rows that are kept.
        rows: [m] int64, their positions.
        classes: as shown, in code order.
        notes: what was done, each one plain sentence.
    """

    codes: np.ndarray
    rows: np.ndarray
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def encode_target(
    column: pd.Series[Any], *, rare: str, missing_target: str, bins: int | None, parts: int
) -> Labels:
    """Code a target column.

    Args:
        column: the target, its name in `column.name`.
        rare: "refuse", "merge" or "keep" classes of fewer rows than parts.
        missing_target: "refuse" or "leave_out" rows without a target.
        bins: cut a numeric target at its quantiles into so many classes; None leaves it as it is.
        parts: how many parts the rows will be split into.

    Raises:
        DatasetError: a target that cannot be learned with these policies.
        SettingError: a policy that does not exist.
    """
    _check_policies(rare, missing_target, bins)
    notes: list[str] = []
    present = column.notna().to_numpy(dtype=bool)
    if not present.all():
        notes.append(_missing(column, present, missing_target))
    rows = np.flatnonzero(present).astype(np.int64)
    values = column.iloc[rows]
    if bins is not None:
        values = cut(values, bins)
        notes.append(f"The target {column.name!r} was cut at its quantiles into {values.nunique()} classes.")
    else:
        _refuse_continuous(values)
    codes, classes = factorize(values)
    if len(classes) < 2:
        got = f"only {classes[0]!r}" if classes else "no value at all"
        raise DatasetError(
            f"The target {column.name!r} has fewer than two classes", got, "choose another target"
        )
    codes, classes, more = _treat_rare(str(column.name), codes, classes, rare, parts)
    if len(classes) > MAX_CLASSES:
        got, remedy = f"{len(classes):,}", f"choose a target of at most {MAX_CLASSES:,} classes"
        raise DatasetError(f"The target {column.name!r} has too many classes", got, remedy)
    return Labels(codes, rows, classes, (*notes, *more))


def _check_policies(rare: str, missing_target: str, bins: int | None) -> None:
    if rare not in RARE:
        raise no_such("policy for rare classes", rare, RARE)
    if missing_target not in MISSING_TARGET:
        raise no_such("policy for rows without a target", missing_target, MISSING_TARGET)
    if bins is not None and not 2 <= bins <= 100:
        raise SettingError("The target cannot be cut into so many bins", bins, "give 2 to 100")


def _missing(column: pd.Series[Any], present: np.ndarray, policy: str) -> str:
    count = int((~present).sum())
    what = f"{count:,} of {len(column):,} rows have no value in the target {column.name!r}"
    if policy == "refuse":
        remedy = 'fill them in, or leave these rows out (missing_target="leave_out")'
        raise DatasetError("Rows without a target cannot be learned from", what, remedy)
    return f"{what} and were left out, as asked."


def is_continuous(values: pd.Series[Any]) -> bool:
    """Whether a target is a quantity: many different numbers with fractions."""
    if not pd.api.types.is_float_dtype(values.dtype):
        return False
    distinct = np.unique(values.to_numpy(dtype=np.float64))
    return bool(len(distinct) > MAX_FRACTIONS and (distinct != np.round(distinct)).any())


def _refuse_continuous(values: pd.Series[Any]) -> None:
    if is_continuous(values):
        distinct = np.unique(values.to_numpy(dtype=np.float64))
        got = f"{len(distinct):,} different numbers such as {distinct[0]:g} and {distinct[1]:g}"
        remedy = "cut it into classes (for instance bins=4), or choose another target"
        raise DatasetError(f"The target {values.name!r} is a continuous quantity, not a class", got, remedy)


def cut(values: pd.Series[Any], bins: int) -> pd.Series[Any]:
    """Cut numbers at their quantiles into classes named by their bounds.

    Raises:
        DatasetError: when the column holds no numbers, or too few different ones.
    """
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        raise DatasetError(f"Only numbers can be cut into bins, not {values.name!r}", None, "leave bins out")
    numbers = values.to_numpy(dtype=np.float64)
    edges = np.unique(np.quantile(numbers, np.arange(1, bins) / bins))
    codes = np.searchsorted(edges, numbers, side="left")
    if len(np.unique(codes)) < 2:
        raise DatasetError(f"{values.name!r} has too few different numbers to be cut", None, "leave bins out")
    names = _bounds(edges)
    labels = pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="str"), ordered=True)
    return pd.Series(labels, index=values.index, name=values.name)


def _bounds(edges: np.ndarray) -> list[str]:
    """Name the bins by their edges, with just enough digits to tell the edges apart."""
    texts = next(
        texts
        for digits in range(3, 18)
        if len(set(texts := [f"{edge:.{digits}g}" for edge in edges])) == len(edges)
    )
    return [f"≤ {texts[0]}", *(f"{low} to {high}" for low, high in pairwise(texts)), f"> {texts[-1]}"]


def factorize(values: pd.Series[Any]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Code values: numbers by size, ordered categories in their order, others by their text."""
    if isinstance(values.dtype, pd.CategoricalDtype) and values.dtype.ordered:
        used = values.cat.remove_unused_categories()
        return used.cat.codes.to_numpy(dtype=np.int64), tuple(map(str, used.cat.categories))
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        distinct, codes = np.unique(values.to_numpy(), return_inverse=True)
        return codes.astype(np.int64), tuple(_number(value) for value in distinct)
    texts = values if isinstance(values.dtype, pd.StringDtype) else values.astype(object).map(str)
    found, uniques = pd.factorize(texts)
    order = sorted(range(len(uniques)), key=lambda i: str(uniques[i]))
    place = np.argsort(np.asarray(order, dtype=np.int64))
    return place[found].astype(np.int64), tuple(str(uniques[i]) for i in order)


def _number(value: Any) -> str:
    number = float(value)
    return str(int(value)) if number.is_integer() else repr(number)


def _treat_rare(
    name: str, codes: np.ndarray, classes: tuple[str, ...], policy: str, parts: int
) -> tuple[np.ndarray, tuple[str, ...], tuple[str, ...]]:
    counts = np.bincount(codes, minlength=len(classes))
    rare = np.flatnonzero(counts < parts)
    if not len(rare):
        return codes, classes, ()
    named = listed(f"{classes[place]!r} ({counts[place]})" for place in rare)
    if policy == "refuse":
        plural = "classes have" if len(rare) > 1 else "class has"
        what = (
            f"{len(rare):,} {plural} fewer than {parts} rows in {name!r}, too few to train, validate and test"
        )
        remedy = 'add rows, or choose rare="merge" (into one class) or rare="keep" (not scored in every part)'
        raise DatasetError(what, named, remedy)
    if policy == "keep":
        note = f"Classes of fewer than {parts} rows were kept: {named}; they are in training, but not in every part."
        return codes, classes, (note,)
    return _merge(codes, classes, counts, rare, parts)


def _merge(
    codes: np.ndarray, classes: tuple[str, ...], counts: np.ndarray, rare: np.ndarray, parts: int
) -> tuple[np.ndarray, tuple[str, ...], tuple[str, ...]]:
    """Merge rare classes, and the next smallest ones until together they have enough rows."""
    by_size = [int(i) for i in np.argsort(counts, kind="stable")]
    taken = max(len(rare), 2)
    while counts[by_size[:taken]].sum() < parts:
        taken += 1
    merged = by_size[:taken]
    if len(classes) - taken < 1:
        raise DatasetError("Merging the rare classes leaves a single class", None, "choose another target")
    kept = [i for i in range(len(classes)) if i not in set(merged)]
    other = "other"
    while other in {classes[i] for i in kept}:
        other += "*"
    lookup = np.full(len(classes), len(kept), dtype=np.int64)
    lookup[kept] = np.arange(len(kept))
    named = ", ".join(repr(classes[i]) for i in merged[:10]) + (" ..." if taken > 10 else "")
    note = f"The {taken} smallest classes were merged into {other!r}, as asked: {named}."
    return lookup[codes], (*(classes[i] for i in kept), other), (note,)
