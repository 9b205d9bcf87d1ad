"""What to learn from a table, and its classes and split before anything is encoded."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from east.dataset.splitting import PARTS, check_shares, split_by_time, split_groups, split_stratified
from east.dataset.targets import Labels, encode_target
from east.errors import DatasetError, listed
from east.options import Option

if TYPE_CHECKING:
    import pandas as pd

    from east.tables import Table

DEFAULT_SHARES = (0.6, 0.2, 0.2)
_NUMBERED_DATE = re.compile(r"^\s*(\d{1,2})([-/.])(\d{1,2})[-/.]\d{2,4}")
_VERBS = {"training": "train on", "validation": "validate on", "test": "test on"}
_NO_TIME = "The table cannot be split by time"

SPLIT_SEED = Option("Seed", "Seed of the split.", kind="whole", least=0, example="0")


@dataclass(frozen=True)
class Choices:
    """What to learn from a table, and how to split it.

    Args:
        target: the column to predict.
        exclude: columns to leave out.
        shares: of training, validation and test; the last may be 0.
        seed: of the split and of the encoding of text.
        rare: what to do with classes of fewer rows than parts: "refuse", "merge" into one class or "keep".
        missing_target: what to do with rows without a target: "refuse" or "leave_out".
        bins: cut a numeric target at its quantiles into so many classes.
        group: a column whose rows of one value stay in one part; it is not a feature.
        time: a column to split by, the newest rows for the test; it is not a feature.
        numeric_encoding: "piecewise" shows a network thresholds in numbers and dates; "scaled" gives the scaled
            value alone.
    """

    target: str
    exclude: tuple[str, ...] = ()
    shares: tuple[float, float, float] = DEFAULT_SHARES
    seed: int = 0
    rare: str = "refuse"
    missing_target: str = "refuse"
    bins: int | None = None
    group: str | None = None
    time: str | None = None
    numeric_encoding: str = "piecewise"


@dataclass(frozen=True)
class Outline:
    """The classes of a target and the rows of each part.

    Args:
        labels: the target, coded.
        places: for training, validation and test the [n] int64 places in the labels' rows.
        notes: what was done, each one plain sentence.
    """

    labels: Labels
    places: tuple[np.ndarray, ...]
    notes: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes as shown, in code order."""
        return self.labels.classes

    @property
    def counts(self) -> np.ndarray:
        """[3, K] int64, the rows of each class in each part."""
        parts = [np.bincount(self.labels.codes[where], minlength=len(self.classes)) for where in self.places]
        return np.stack(parts).astype(np.int64)


def outline(table: Table, choices: Choices) -> Outline:
    """Find classes and split of a dataset without encoding it, by the code that prepares it.

    Raises:
        DatasetError: a table that cannot be learned from or split with these choices.
        SettingError: a share or a policy that does not exist.
    """
    feature_columns(table.frame, choices)
    return outline_target(table.frame, table.frame[choices.target], choices)


def outline_target(frame: pd.DataFrame, target: pd.Series[Any], choices: Choices) -> Outline:
    """Code a target and split its rows; the frame holds the columns of group and time.

    Raises:
        DatasetError, SettingError: as for `outline`.
    """
    shares = check_shares(choices.shares)
    SPLIT_SEED.check("seed", choices.seed)
    labels = encode_target(
        target,
        rare=choices.rare,
        missing_target=choices.missing_target,
        bins=choices.bins,
        parts=sum(share > 0 for share in shares),
    )
    places, notes = _split(frame, labels, shares, choices)
    return Outline(labels, places, (*labels.notes, *notes))


def feature_columns(frame: pd.DataFrame, choices: Choices) -> list[str]:
    """List the feature columns.

    Raises:
        DatasetError: when a chosen column is not there, or none is left.
    """
    _check_columns(frame, choices)
    left_out = {choices.target, choices.group, choices.time, *choices.exclude}
    names = [name for name in frame.columns if name not in left_out]
    if not names:
        raise DatasetError("No column is left to learn from", None, "leave fewer columns out")
    return names


def check_column(frame: pd.DataFrame, kind: str, name: str) -> None:
    """Refuse a column that is not in a frame, naming those that are close.

    Raises:
        DatasetError: in that case.
    """
    names = [str(column) for column in frame.columns]
    if name not in names:
        close = difflib.get_close_matches(name, names, n=3, cutoff=0.5) or names[:8]
        remedy = f"choose one of: {', '.join(close)}"
        raise DatasetError(f"The {kind} column is not in the table", repr(name), remedy)


def _check_columns(frame: pd.DataFrame, choices: Choices) -> None:
    chosen = [("target", choices.target), *(("left-out", name) for name in choices.exclude)]
    chosen += [
        (kind, name) for kind, name in (("group", choices.group), ("time", choices.time)) if name is not None
    ]
    for kind, name in chosen:
        check_column(frame, kind, name)
    if choices.target in {choices.group, choices.time, *choices.exclude}:
        raise DatasetError(
            "The target cannot be left out as well", repr(choices.target), "choose one of the two"
        )


def _split(
    frame: pd.DataFrame, labels: Labels, shares: tuple[float, float, float], choices: Choices
) -> tuple[tuple[np.ndarray, ...], tuple[str, ...]]:
    if choices.group is not None and choices.time is not None:
        raise DatasetError("A split is either by group or by time", None, "choose one of the two")
    if choices.group is not None:
        groups, _ = frame[choices.group].iloc[labels.rows].astype(object).factorize(use_na_sentinel=False)
        places = split_groups(labels.codes, np.asarray(groups, dtype=np.int64), shares, choices.seed)
        notes = [f"No value of {choices.group!r} is in two parts of the split."]
    elif choices.time is not None:
        times, read = _times(frame[choices.time].iloc[labels.rows])
        places = split_by_time(times, shares)
        notes = [f"The split is by {choices.time!r}: the oldest rows train, the newest test.", *read]
    else:
        places = split_stratified(labels.codes, shares, choices.seed)
        refuse_empty_part(
            [len(where) for where in places], shares, 'add rows, or merge rare classes (rare="merge")'
        )
        return places, ()
    return places, (*notes, *_check_split(labels, places, shares))


def _times(column: pd.Series[Any]) -> tuple[np.ndarray, list[str]]:
    """Return the times of the rows, with a note on how ambiguous dates were read."""
    import pandas as pd

    times, notes = column, list[str]()
    if not pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_datetime64_any_dtype(
        column.dtype
    ):
        day_first, notes = _day_first(column)
        times = pd.to_datetime(column, errors="coerce", format="mixed", dayfirst=day_first)
    if times.isna().any():
        got = f"{int(times.isna().sum()):,} rows of {column.name!r} that are no date"
        raise DatasetError(_NO_TIME, got, "choose a column of dates or numbers without gaps")
    return np.asarray(times.to_numpy()), notes


def _day_first(column: pd.Series[Any]) -> tuple[bool, list[str]]:
    """Whether dates such as 3/4/2021 start with the day, decided for the whole column by its largest numbers."""
    found = [match for text in column.dropna().astype(str).unique() if (match := _NUMBERED_DATE.match(text))]
    if not found:
        return False, []
    first, second = (max(found, key=lambda match: int(match[place])) for place in (1, 3))
    if int(first[1]) > 12 and int(second[3]) > 12:
        got = f"dates in two orders, {first.string!r} and {second.string!r}"
        raise DatasetError(_NO_TIME, got, "write them as year-month-day, such as 2021-12-31")
    day_first = int(first[1]) > 12 or (int(second[3]) <= 12 and first[2] == ".")
    order = "day first" if day_first else "month first"
    return day_first, [f"Dates of {column.name!r} such as {found[0].string!r} were read {order}."]


def refuse_empty_part(rows: Sequence[int] | np.ndarray, shares: Sequence[float], remedy: str) -> None:
    """Refuse a split that leaves a part without a row which is to have some.

    Args:
        rows: of each part.
        shares: of each part.
        remedy: what to do about it.

    Raises:
        DatasetError: in that case.
    """
    for part, count, share in zip(PARTS, rows, shares, strict=True):
        if share and not count:
            raise DatasetError(f"The split leaves no row to {_VERBS[part]}", None, remedy)


def _check_split(labels: Labels, places: tuple[np.ndarray, ...], shares: Sequence[float]) -> list[str]:
    """Refuse a split whose training part lacks a class; note other parts that lack one."""
    refuse_empty_part([len(where) for where in places], shares, "choose other shares or another column")
    notes = []
    for part, where, share in zip(PARTS, places, shares, strict=True):
        absent = sorted(set(range(len(labels.classes))) - set(labels.codes[where].tolist()))
        names = listed(repr(labels.classes[place]) for place in absent)
        if absent and part == "training":
            raise DatasetError(
                "The split leaves training without a class", names, "choose other shares or columns"
            )
        if absent and share:
            notes.append(f"The {part} part has no row of {names}.")
    return notes
