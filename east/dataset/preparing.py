"""A table and a target to numbers a network can learn from."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from east.dataset.encoding import Encoder, fit_encoder
from east.dataset.splitting import PARTS, check_shares, split_by_time, split_groups, split_stratified
from east.dataset.targets import Labels, encode_target
from east.errors import DatasetError

if TYPE_CHECKING:
    import pandas as pd

    from east.tables import Table


@dataclass(frozen=True)
class Part:
    """The rows of one side of the split.

    Args:
        features: [n, d] float32, encoded and finite.
        targets: [n] int64 class codes.
        rows: [n] int64 positions in the table's frame.
    """

    features: np.ndarray
    targets: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)


@dataclass(frozen=True)
class Choices:
    """What is to be learned from a table, and how it is split.

    Args:
        target: the column to predict.
        exclude: columns to leave out.
        shares: of training, validation and test; the last may be 0.
        seed: of the split and of the encoding of text.
        rare: what to do with classes of fewer rows than parts: "refuse", "merge" into one class or "keep".
        missing_target: what to do with rows without a target: "refuse" or "leave_out".
        bins: cut a numeric target at its quantiles into so many classes.
        group: a column no value of which may be on two sides of the split; it is not learned from.
        time: a column to split by, the newest rows for the test; it is not learned from.
    """

    target: str
    exclude: tuple[str, ...] = ()
    shares: tuple[float, float, float] = (0.6, 0.2, 0.2)
    seed: int = 0
    rare: str = "refuse"
    missing_target: str = "refuse"
    bins: int | None = None
    group: str | None = None
    time: str | None = None


@dataclass(frozen=True)
class Dataset:
    """A table made ready for training.

    Args:
        name: of the table.
        target: the column to predict.
        classes: as shown, in code order.
        feature_names: of the encoded columns.
        train, validation, test: the three parts; test may be empty.
        encoder: fitted on the training part.
        notes: what was done on the way, each one plain sentence.
        choices: what was asked for.
    """

    name: str
    target: str
    classes: tuple[str, ...]
    feature_names: tuple[str, ...]
    train: Part
    validation: Part
    test: Part
    encoder: Encoder
    notes: tuple[str, ...]
    choices: Choices

    @property
    def num_classes(self) -> int:
        """The number of classes."""
        return len(self.classes)

    @property
    def num_features(self) -> int:
        """The number of encoded columns."""
        return len(self.feature_names)

    @property
    def class_counts(self) -> np.ndarray:
        """[K] int64, the rows of each class in the training part."""
        return np.bincount(self.train.targets, minlength=self.num_classes).astype(np.int64)


def prepare(
    table: Table,
    target: str,
    *,
    exclude: Sequence[str] = (),
    shares: tuple[float, float, float] = (0.6, 0.2, 0.2),
    seed: int = 0,
    rare: str = "refuse",
    missing_target: str = "refuse",
    bins: int | None = None,
    group: str | None = None,
    time: str | None = None,
) -> Dataset:
    """Split a table and encode it; the arguments are those of `Choices`.

    Raises:
        DatasetError: a table that cannot be split, encoded or learned from as asked.
        SettingError: a share or a policy that does not exist.
    """
    choices = Choices(target, tuple(exclude), shares, seed, rare, missing_target, bins, group, time)
    return prepare_choices(table, choices)


def prepare_choices(table: Table, choices: Choices) -> Dataset:
    """Split a table and encode it as chosen; `prepare` in one argument."""
    frame = table.frame
    _check_columns(frame, choices)
    left_out = {choices.target, choices.group, choices.time, *choices.exclude}
    features = frame[[name for name in frame.columns if name not in left_out]]
    return _assemble(table.name, frame, features, frame[choices.target], choices)


def prepare_arrays(
    features: pd.DataFrame,
    targets: Sequence[Any] | np.ndarray,
    *,
    name: str = "table",
    shares: tuple[float, float, float] = (0.6, 0.2, 0.2),
    seed: int = 0,
    rare: str = "keep",
) -> Dataset:
    """Split and encode features whose targets come apart from them, as an estimator gets them.

    Args:
        features: [n, columns], all of which are learned from.
        targets: [n] labels; classes are ordered as `numpy.unique` orders them.

    Raises:
        DatasetError: lengths that differ, or as for `prepare`.
    """
    import pandas as pd

    if len(features) != len(targets):
        got = f"{len(features):,} rows and {len(targets):,} targets"
        raise DatasetError("Features and targets differ in length", got, "give one target per row")
    column = pd.Series(targets, index=features.index, name="target")
    choices = Choices("target", shares=shares, seed=seed, rare=rare)
    return _assemble(name, features, features, column, choices)


def _assemble(
    name: str, frame: pd.DataFrame, features: pd.DataFrame, target: pd.Series[Any], choices: Choices
) -> Dataset:
    shares = check_shares(choices.shares)
    labels = encode_target(
        target,
        rare=choices.rare,
        missing_target=choices.missing_target,
        bins=choices.bins,
        parts=sum(share > 0 for share in shares),
    )
    places, notes = _split(frame, labels, shares, choices)
    encoder, encoded = fit_encoder(features.iloc[labels.rows[places[0]]], choices.seed)
    train = Part(encoded, labels.codes[places[0]], labels.rows[places[0]])
    validation, test = (_part(features, labels, where, encoder) for where in places[1:])
    return Dataset(
        name=name,
        target=choices.target,
        classes=labels.classes,
        feature_names=encoder.feature_names,
        train=train,
        validation=validation,
        test=test,
        encoder=encoder,
        notes=(*labels.notes, *notes),
        choices=choices,
    )


def _part(features: pd.DataFrame, labels: Labels, where: np.ndarray, encoder: Encoder) -> Part:
    rows = labels.rows[where]
    return Part(encoder.transform(features.iloc[rows]), labels.codes[where], rows)


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
    asked = [("target", choices.target), *(("left-out", name) for name in choices.exclude)]
    asked += [
        (kind, name) for kind, name in (("group", choices.group), ("time", choices.time)) if name is not None
    ]
    for kind, name in asked:
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
        told = f"No value of {choices.group!r} is on two sides of the split."
    elif choices.time is not None:
        places = split_by_time(_times(frame[choices.time].iloc[labels.rows]), shares)
        told = f"The split is by {choices.time!r}: the oldest rows train, the newest test."
    else:
        return split_stratified(labels.codes, shares, choices.seed), ()
    return places, (told, *_check_split(labels, places, shares))


def _times(column: pd.Series[Any]) -> np.ndarray:
    import pandas as pd

    numeric = pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(
        column.dtype
    )
    times = column if numeric else pd.to_datetime(column, errors="coerce", format="mixed")
    if times.isna().any():
        got = f"{int(times.isna().sum()):,} rows of {column.name!r} that are no date"
        raise DatasetError(
            "The table cannot be split by time", got, "choose a column of dates or numbers without gaps"
        )
    return np.asarray(times.to_numpy())


def _check_split(labels: Labels, places: tuple[np.ndarray, ...], shares: Sequence[float]) -> list[str]:
    """A split that is not stratified may lack classes: in training that is refused, elsewhere it is told."""
    notes = []
    for part, where, share in zip(PARTS, places, shares, strict=True):
        if share and not len(where):
            raise DatasetError(
                f"The split leaves no row for {part}", None, "choose other shares or another column"
            )
        absent = sorted(set(range(len(labels.classes))) - set(labels.codes[where].tolist()))
        told = ", ".join(repr(labels.classes[i]) for i in absent[:5]) + (" ..." if len(absent) > 5 else "")
        if absent and part == "training":
            raise DatasetError(
                "The split leaves training without a class", told, "choose other shares or columns"
            )
        if absent and share:
            notes.append(f"The {part} part has no row of {told}.")
    return notes
