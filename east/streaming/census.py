"""The classes of a folder and how many rows of each part have them, from one pass over the target alone."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from east.dataset.outline import refuse_empty_part
from east.dataset.splitting import PARTS
from east.dataset.targets import MAX_CLASSES, MISSING_TARGET, encode_target
from east.errors import DatasetError, listed, no_such
from east.streaming.folder import Folder, Group, slices
from east.streaming.splitting import parts_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from east.training.ranks import Ranks

Label = int | float | str
Integers = NDArray[np.int64]
RARE = ("refuse", "keep")
_PIECE = 2**20  # target values that are looked at together


@dataclass(frozen=True)
class Census:
    """What the target of a folder holds.

    Args:
        classes: as shown, in code order.
        codes: of the values.
        counts: [3, K] int64, the rows of each class in each part.
        missing: rows without a target.
        notes: what is worth knowing, each one plain sentence.
    """

    classes: tuple[str, ...]
    codes: Mapping[Label, int]
    counts: Integers
    missing: int
    notes: tuple[str, ...]


def take_census(
    folder: Folder,
    target: str,
    mine: Sequence[Group],
    shares: Sequence[float],
    seed: int,
    ranks: Ranks,
) -> Census:
    """Count the classes of all ranks' rows.

    Args:
        folder: of the files.
        target: its column.
        mine: row groups of this rank.
        shares: of training, validation and test.
        seed: of the split.
        ranks: that count together.

    Raises:
        DatasetError: for a target that cannot be learned.
    """
    counted: dict[Label | None, Integers] = {}
    with ranks.agreeing():
        for group in mine:
            _count(folder, target, group, shares, seed, counted)
    together, missing = _together(counted, ranks)
    values = list(together)
    labels = encode_target(
        _series(values, target), rare="keep", missing_target="leave_out", bins=None, parts=1
    )
    counts = np.zeros((3, len(labels.classes)), dtype=np.int64)
    for code, value in zip(labels.codes, values, strict=True):
        counts[:, code] += together[value]
    codes = {value: int(code) for value, code in zip(values, labels.codes, strict=True)}
    return Census(labels.classes, codes, counts, missing, _checked(labels.classes, counts, shares))


def codes_of(column: pa.ChunkedArray, codes: Mapping[Label, int]) -> Integers:
    """Code a target column, [n]; -1 for a row without one."""
    places, values = _places(column)
    return np.array([-1, *(-1 if value is None else codes[value] for value in values)])[places + 1]


def refuse_missing(census: Census, folder: Folder, target: str, policy: str) -> tuple[str, ...]:
    """Refuse rows without a target, or say in a note that they are left out.

    Raises:
        DatasetError: for rows without a target, unless the policy is "leave_out".
        SettingError: for another policy.
    """
    if policy not in MISSING_TARGET:
        raise no_such("policy for rows without a target", policy, MISSING_TARGET)
    if not census.missing:
        return ()
    what = f"{census.missing:,} of {folder.rows:,} rows have no value in the target {target!r}"
    if policy == "refuse":
        remedy = 'fill them in, or leave these rows out (missing_target="leave_out")'
        raise DatasetError("Rows without a target cannot be learned from", what, remedy)
    return (f"{what} and were left out, as asked.",)


def refuse_rare(census: Census, parts: int, target: str, policy: str) -> tuple[str, ...]:
    """Refuse classes of fewer rows than parts, or say in a note that they are kept.

    Raises:
        DatasetError: for such classes, unless the policy is "keep".
        SettingError: for a policy that a folder has not.
    """
    if policy not in RARE:
        raise no_such("policy of a folder for rare classes", policy, RARE)
    counts = census.counts.sum(axis=0)
    rare = [f"{census.classes[code]!r} ({counts[code]})" for code in np.flatnonzero(counts < parts)]
    if not rare:
        return ()
    named = listed(rare)
    if policy == "refuse":
        classes = (
            f"{len(rare):,} classes of {target!r} have" if len(rare) > 1 else f"One class of {target!r} has"
        )
        what = f"{classes} fewer than {parts} rows, too few to train, validate and test"
        raise DatasetError(what, named, 'add rows, or choose rare="keep" (not scored in every part)')
    return (f"Classes of fewer than {parts} rows were kept: {named}.",)


def _count(
    folder: Folder,
    target: str,
    group: Group,
    shares: Sequence[float],
    seed: int,
    counted: dict[Label | None, Integers],
) -> None:
    for piece in slices(group, [target], folder.kinds, _PIECE):
        places, values = _places(piece.columns.column(target))
        parts = parts_of(piece.start, len(places), shares, seed)
        size = len(values) + 1
        table = np.bincount(parts.astype(np.int64) * size + places + 1, minlength=3 * size).reshape(3, size)
        for value, its in zip([None, *values], table.T, strict=True):
            if len(counted) > MAX_CLASSES + 1:
                return  # enough to be refused
            if its.any():
                counted[value] = counted.get(value, np.zeros(3, dtype=np.int64)) + its


def _places(column: pa.ChunkedArray) -> tuple[Integers, list[Label | None]]:
    """Return the distinct values of a plain column, and for each row which it has, [n]; -1 for none."""
    coded = column.combine_chunks().dictionary_encode()
    places = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return places, [_label(value) for value in coded.dictionary.to_pylist()]


def _label(value: object) -> Label | None:
    """Bring a value to what numbers and texts are compared by; a date is its text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value if isinstance(value, int | str) else str(value)


def _together(counted: Mapping[Label | None, Integers], ranks: Ranks) -> tuple[dict[Label, Integers], int]:
    """Add up what the ranks have counted: of each value, in one order, and the rows without one."""
    own = json.dumps([[value, its.tolist()] for value, its in counted.items()])
    total: dict[Label | None, Integers] = {}
    for text in ranks.gather(own.encode()):
        for value, its in json.loads(text):
            total[value] = total.get(value, np.zeros(3, dtype=np.int64)) + np.asarray(its)
    missing = int(total.pop(None, np.zeros(3, dtype=np.int64)).sum())
    ordered = sorted(
        (value for value in total if value is not None),
        key=lambda value: (isinstance(value, str), str(value)),
    )
    return {value: total[value] for value in ordered}, missing


def _series(values: Sequence[Label], name: str) -> pd.Series[Any]:
    import pandas as pd

    texts = all(isinstance(value, str) for value in values)
    return pd.Series(values, name=name, dtype="str" if texts else None)


def _checked(classes: Sequence[str], counts: Integers, shares: Sequence[float]) -> tuple[str, ...]:
    """Refuse a split that cannot be trained on, and tell which classes a part lacks."""
    refuse_empty_part(counts.sum(axis=1), shares, "give a folder with more rows")
    notes = []
    for part, its, share in zip(PARTS, counts, shares, strict=True):
        absent = listed(repr(name) for name, count in zip(classes, its, strict=True) if not count)
        if absent and part == "training":
            remedy = "give more rows of it, or another --split-seed"
            raise DatasetError("A class has no row to train on", absent, remedy)
        if absent and share:
            notes.append(f"The {part} part has no row of {absent}.")
    return tuple(notes)
