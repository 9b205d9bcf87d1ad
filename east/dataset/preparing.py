"""A table and a target to numbers a network can learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from east.dataset.encoding import Encoder, fit_encoder
from east.dataset.outline import DEFAULT_SHARES, Choices, feature_columns, outline_target
from east.dataset.targets import Labels
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
        weights: [n] float64, from 0 up; a row of weight w counts like w equal rows. None is 1 each.
    """

    features: np.ndarray
    targets: np.ndarray
    rows: np.ndarray
    weights: np.ndarray | None = None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)


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
        test_table: where the test rows are from, if from a table of their own.
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
    test_table: Table | None = None

    @property
    def num_classes(self) -> int:
        """The number of classes."""
        return len(self.classes)

    @property
    def num_features(self) -> int:
        """The number of encoded columns."""
        return len(self.feature_names)

    @property
    def training_rows(self) -> int:
        """The number of rows to train on."""
        return len(self.train)

    @property
    def class_counts(self) -> np.ndarray:
        """[K] int64, the rows of each class in the training part; by their weights, where they have some."""
        targets, weights = self.train.targets, self.train.weights
        counts = np.bincount(targets, weights, minlength=self.num_classes)
        if weights is not None:
            # A class that is there counts 1 at least: losses take logarithms.
            counts = np.round(counts * (len(targets) / weights.sum())).clip(
                min=np.bincount(targets).clip(max=1)
            )
        return counts.astype(np.int64)

    def weighted(self, weights: np.ndarray) -> Dataset:
        """Return the dataset with a weight for each row of the table's frame, [rows of the frame] above 0."""
        values = np.asarray(weights, dtype=np.float64)
        train, validation, test = (
            replace(part, weights=values[part.rows]) for part in (self.train, self.validation, self.test)
        )
        return replace(self, train=train, validation=validation, test=test)


def prepare(
    table: Table | pd.DataFrame,
    target: str,
    *,
    exclude: Sequence[str] = (),
    shares: tuple[float, float, float] = DEFAULT_SHARES,
    seed: int = 0,
    rare: str = "refuse",
    missing_target: str = "refuse",
    bins: int | None = None,
    group: str | None = None,
    time: str | None = None,
    numeric_encoding: str = "piecewise",
) -> Dataset:
    """Split a table, or a frame of pandas, and encode it; the other arguments are those of `Choices`.

    Raises:
        DatasetError: a table that cannot be split, encoded or learned from as asked.
        SettingError: a share or a policy that does not exist.
    """
    choices = Choices(
        target, tuple(exclude), shares, seed, rare, missing_target, bins, group, time, numeric_encoding
    )
    return prepare_choices(_as_table(table), choices)


def _as_table(given: object) -> Table:
    import pandas as pd

    from east.tables import Table, table_from_frame

    if isinstance(given, pd.DataFrame):
        return table_from_frame(given)
    if not isinstance(given, Table):
        remedy = "give east.read_table(FILE) or a pandas DataFrame"
        raise DatasetError("There is no table to prepare", f"a {type(given).__name__}", remedy)
    return given


def prepare_choices(table: Table, choices: Choices) -> Dataset:
    """Split a table and encode it as chosen; `prepare` in one argument."""
    frame = table.frame
    features = frame[feature_columns(frame, choices)]
    return _assemble(table.name, frame, features, frame[choices.target], choices)


def prepare_arrays(
    features: pd.DataFrame,
    targets: Sequence[Any] | np.ndarray,
    *,
    name: str = "table",
    shares: tuple[float, float, float] = DEFAULT_SHARES,
    seed: int = 0,
    rare: str = "keep",
    numeric_encoding: str = "piecewise",
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
    choices = Choices("target", shares=shares, seed=seed, rare=rare, numeric_encoding=numeric_encoding)
    return _assemble(name, features, features, column, choices)


def _assemble(
    name: str, frame: pd.DataFrame, features: pd.DataFrame, target: pd.Series[Any], choices: Choices
) -> Dataset:
    plan = outline_target(frame, target, choices)
    labels, places = plan.labels, plan.places
    rows, targets = labels.rows[places[0]], labels.codes[places[0]]
    encoder, encoded = fit_encoder(
        features.iloc[rows], choices.seed, targets=targets, numeric_encoding=choices.numeric_encoding
    )
    train = Part(encoded, targets, rows)
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
        notes=plan.notes,
        choices=choices,
    )


def _part(features: pd.DataFrame, labels: Labels, where: np.ndarray, encoder: Encoder) -> Part:
    rows = labels.rows[where]
    return Part(encoder.transform(features.iloc[rows]), labels.codes[where], rows)
