"""A view on the plane of two numeric columns: a grid to predict on, and some training rows to draw on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from east.dataset.encoding.columns import as_numbers
from east.dataset.preparing import Dataset
from east.errors import DatasetError, SettingError

if TYPE_CHECKING:
    import pandas as pd

GRID_SIZE = 60
MOST_POINTS = 600
LEAST_OF_A_CLASS = 20
"""Points of every class that are shown, as far as there are so many rows of it."""
MOST_CLASSES = 256
"""What a byte a grid point can tell apart."""
_TAIL, _ROOM = 0.005, 0.05

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RegionPoints:
    """Training rows to draw: their places `[m, 2]`, classes `[m]`, encoded features `[m, d]`.

    `rows` `[m]` are their positions in the training part.
    """

    places: Floats
    targets: Integers
    features: NDArray[np.float32]
    rows: Integers


@dataclass(frozen=True, eq=False)
class RegionView:
    """What decision regions are drawn over: a grid over two columns, the other columns held still.

    Args:
        columns: the two columns, across and up.
        first, second: `[n]` places on the two axes, evenly spaced.
        features: `[n * n, d]` float32, the encoded grid, the second column running fastest.
        held: (column, value) of every other column: the median of numbers and dates, else the most frequent.
        points: training rows to draw on top.
    """

    columns: tuple[str, str]
    first: Floats
    second: Floats
    features: NDArray[np.float32]
    held: tuple[tuple[str, str], ...]
    points: RegionPoints

    @property
    def size(self) -> int:
        """Grid points on an axis, n."""
        return len(self.first)

    def crossings(self, size: int | None = None) -> Floats:
        """Return the grid's points `[n * n, 2]`, the second column running fastest.

        Args:
            size: points on an axis of another grid over the same axes; by default the view's own.
        """
        if size is None:
            return _crossings(self.first, self.second)
        first, second = (np.linspace(axis[0], axis[-1], size) for axis in (self.first, self.second))
        return _crossings(first, second)

    @property
    def note(self) -> str:
        """Say in one sentence where the other columns stand; empty when there are none."""
        if not self.held:
            return ""
        if len(self.held) == 1:
            return f"{self.held[0][0]} is held at {self.held[0][1]}."
        return f"The other {len(self.held)} columns are held at their medians and most frequent values."


def region_columns(dataset: Dataset) -> tuple[str, ...]:
    """List the numeric columns that the dataset's encoder learned from: those a view can be laid over."""
    return tuple(name for name, kind in dataset.encoder.kinds.items() if kind == "numeric")


def region_view(
    frame: pd.DataFrame,
    dataset: Dataset,
    columns: Sequence[str] | None = None,
    *,
    size: int = GRID_SIZE,
    most_points: int = MOST_POINTS,
    seed: int = 0,
) -> RegionView:
    """Lay a grid over two numeric columns and encode it once.

    The axes reach from the 0.5th to the 99.5th percentile of the training rows, and 5 % further. Of the
    training rows within, a seeded sample is drawn: some of every class first, the rest evenly.

    Args:
        frame: the table that the dataset was prepared from.
        dataset: gives the encoder and the training rows.
        columns: two of `region_columns`; by default its first two.
        size: grid points on an axis.
        most_points: training rows to draw on top, about.
        seed: of the sample.

    Raises:
        DatasetError: when there are no two such columns.
        SettingError: for a grid too small, or more than 256 classes.
    """
    across, up = _checked(dataset, columns, size)
    train = frame.iloc[dataset.train.rows]
    places = np.stack([_numbers(train[name]) for name in (across, up)], axis=1)
    axes = [_axis(values, size) for values in places.T]
    rows = _sample(places, axes, dataset.train.targets, most_points, seed)
    points = RegionPoints(
        places[rows], np.asarray(dataset.train.targets[rows]), dataset.train.features[rows], rows
    )
    still = {name: _middle(train[name]) for name in dataset.encoder.columns if name not in (across, up)}
    grid = _grid_frame(train, still, (across, up), _crossings(*axes))
    held = tuple((name, str(train[name].iloc[place])) for name, place in still.items())
    return RegionView((across, up), axes[0], axes[1], dataset.encoder.transform(grid), held, points)


def _checked(dataset: Dataset, columns: Sequence[str] | None, size: int) -> tuple[str, str]:
    numeric = region_columns(dataset)
    chosen = tuple(columns) if columns is not None else numeric[:2]
    if len(set(chosen)) != 2 or len(chosen) != 2 or not set(chosen) <= set(numeric):
        got = ", ".join(chosen) or "none"
        raise DatasetError(
            "Decision regions need two different numeric columns that the model learns from",
            got,
            f"choose from {', '.join(numeric)}" if len(numeric) > 1 else "choose another table",
        )
    if size < 2:
        raise SettingError("A grid needs two points or more on an axis", size, "use for example 60")
    if dataset.num_classes > MOST_CLASSES:
        raise SettingError(f"Decision regions show at most {MOST_CLASSES} classes", dataset.num_classes)
    return chosen[0], chosen[1]


def _numbers(column: pd.Series[Any]) -> Floats:
    values = as_numbers(column).to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _axis(values: Floats, size: int) -> Floats:
    low, high = np.nanquantile(values, [_TAIL, 1 - _TAIL])
    room = _ROOM * (high - low) or 0.5
    return np.linspace(low - room, high + room, size)


def _crossings(first: Floats, second: Floats) -> Floats:
    across, up = np.meshgrid(first, second, indexing="ij")
    return np.stack([across.ravel(), up.ravel()], axis=1)


def _sample(
    places: Floats, axes: Sequence[Floats], targets: NDArray[np.integer[Any]], most: int, seed: int
) -> Integers:
    """Choose rows inside the axes: of every class some, then the rest evenly."""
    low, high = np.array([[axis[0], axis[-1]] for axis in axes]).T
    inside = np.flatnonzero(((places >= low) & (places <= high)).all(axis=1))
    shuffled = np.random.default_rng(seed).permutation(inside)
    labels = targets[shuffled]
    # The place of each row among those of its class: the first few of every class come before all others.
    rank = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        mine = labels == label
        rank[mine] = np.arange(mine.sum())
    order = np.argsort(rank >= LEAST_OF_A_CLASS, kind="stable")
    return np.sort(shuffled[order][:most])


def _middle(column: pd.Series[Any]) -> int:
    """Find a row that holds the median of numbers or dates, else the most frequent value."""
    import pandas as pd

    types = pd.api.types
    ordered = types.is_numeric_dtype(column.dtype) and not types.is_bool_dtype(column.dtype)
    known = np.flatnonzero(column.notna().to_numpy())
    if not len(known):
        return 0
    values = column.iloc[known]
    if ordered or types.is_datetime64_any_dtype(column.dtype):
        return int(known[np.argsort(values.to_numpy(), kind="stable")[(len(known) - 1) // 2]])
    codes, _ = pd.factorize(values)
    return int(known[np.flatnonzero(codes == np.bincount(codes).argmax())[0]])


def _grid_frame(
    train: pd.DataFrame, still: dict[str, int], columns: tuple[str, str], places: Floats
) -> pd.DataFrame:
    import pandas as pd

    # Rows are repeated, not values, so that every column keeps its type.
    parts: dict[str, Any] = {
        name: train[name].iloc[[place]].repeat(len(places)).reset_index(drop=True)
        for name, place in still.items()
    }
    parts |= dict(zip(columns, places.T, strict=True))
    return pd.DataFrame(parts)


@dataclass(frozen=True, eq=False)
class Regions:
    """What one arm predicts over a view, a byte a number.

    Args:
        classes: `[n, n]` class codes, indexed by the place on the first and on the second axis.
        margins: `[n, n]` how far the class is ahead of the second, p(1) - p(2), in 1/255.
        point_classes: `[m]` class codes of the view's points.
    """

    classes: Bytes
    margins: Bytes
    point_classes: Bytes

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.classes.nbytes + self.margins.nbytes + self.point_classes.nbytes
