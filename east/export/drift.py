"""How a new table differs from the rows a model was trained on, column by column, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from east.dataset.encoding.columns import LARGEST, as_numbers, kind_of

Floats = NDArray[np.float64]
Kind = Literal["numbers", "dates", "categories", "text"]
Level = Literal["none", "some", "strong"]

MOST_CATEGORIES = 1000
QUANTILES = 201
P_VALUE = 0.001
"""What counts as a difference must be this unlikely by chance, and large enough to matter:"""
SOME_GAPS, STRONG_GAPS = 0.05, 0.2
SOME_SHIFT, STRONG_SHIFT = 0.25, 1.0
SOME_DISTANCE, STRONG_DISTANCE = 0.1, 0.3
STRONG_UNSEEN = 0.2
SOME_OUTSIDE = 0.02


@dataclass(frozen=True)
class ColumnRecord:
    """What one column of the training rows was like.

    Args:
        name: of the column.
        kind: numbers, dates (in seconds since 1970), categories or text.
        rows: of the training part.
        gaps: share of rows without a value.
        mean, deviation: of the values; 0 for categories and text.
        quantiles: QUANTILES values from the least to the largest; empty for categories and text.
        shares: of each category among the values; empty for others.
    """

    name: str
    kind: Kind
    rows: int
    gaps: float
    mean: float = 0.0
    deviation: float = 0.0
    quantiles: tuple[float, ...] = ()
    shares: Mapping[str, float] | None = None


@dataclass(frozen=True)
class TrainingFacts:
    """What the training rows were like, column by column."""

    columns: tuple[ColumnRecord, ...]

    def to_json(self) -> list[dict[str, Any]]:
        """Return the facts as plain data that JSON can hold."""
        return [{**asdict(one), "quantiles": list(one.quantiles)} for one in self.columns]

    @classmethod
    def from_json(cls, data: Iterable[Mapping[str, Any]]) -> TrainingFacts:
        """Rebuild the facts from what `to_json` returned."""
        return cls(tuple(ColumnRecord(**{**one, "quantiles": tuple(one["quantiles"])}) for one in data))


@dataclass(frozen=True)
class ColumnDrift:
    """How one column of a new table differs from training: sentences without a final stop, none where it does not."""

    column: str
    level: Level
    words: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.column!r}: {'; '.join(self.words) or 'as in training'}."


def training_facts(frame: pd.DataFrame) -> TrainingFacts:
    """Record what the training rows are like.

    Args:
        frame: those rows, with the columns that are learned from.
    """
    return TrainingFacts(tuple(_record(frame[name]) for name in frame.columns))


def drift(facts: TrainingFacts, frame: pd.DataFrame) -> tuple[ColumnDrift, ...]:
    """Say how a new table differs from the training rows.

    A difference is told when it is large enough to matter and unlikely by chance (p below 0.001, by the test of
    Kolmogorov and Smirnov for numbers and dates, chi-squared for categories, two proportions for gaps).

    Args:
        facts: of the training rows.
        frame: the new rows.

    Returns:
        One for each column of training, in their order, then one for each column that training did not have.
    """
    known = [_column(record, frame) for record in facts.columns]
    names = {record.name for record in facts.columns}
    extra = [str(name) for name in frame.columns if str(name) not in names]
    return (*known, *(ColumnDrift(name, "none", ("not in training, and ignored",)) for name in extra))


def _record(column: pd.Series[Any]) -> ColumnRecord:
    kind, name = _kind(column), str(column.name)
    gaps = float(column.isna().mean()) if len(column) else 0.0
    if kind == "text":
        return ColumnRecord(name, kind, len(column), gaps)
    if kind == "categories":
        counts = _texts(column).value_counts(normalize=True)
        shares = {str(value): float(share) for value, share in counts.items()}
        return ColumnRecord(name, kind, len(column), gaps, shares=shares)
    values = _values(column, kind)
    if not len(values):
        return ColumnRecord(name, "text", len(column), gaps)
    quantiles = np.quantile(values, np.linspace(0, 1, QUANTILES), method="inverted_cdf")
    mean, deviation = float(values.mean()), float(values.std())
    return ColumnRecord(name, kind, len(column), gaps, mean, deviation, tuple(map(float, quantiles)))


def _kind(column: pd.Series[Any]) -> Kind:
    kind = kind_of(column)
    if kind != "text":
        return "dates" if kind == "date" else "numbers"
    return "categories" if column.nunique() <= MOST_CATEGORIES else "text"


def _texts(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.dropna().astype(object).map(str)


def _values(column: pd.Series[Any], kind: Kind) -> Floats:
    """Give the finite values of a column as numbers, dates in seconds."""
    if kind == "dates":
        moments = pd.to_datetime(column, errors="coerce", utc=True, format="mixed").dropna()
        origin = pd.Timestamp(0, tz="UTC")
        return np.asarray(((moments - origin) / pd.Timedelta("1s")).to_numpy(dtype=np.float64))
    values = as_numbers(column).to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(np.clip(values[np.isfinite(values)], -LARGEST, LARGEST))


def _column(record: ColumnRecord, frame: pd.DataFrame) -> ColumnDrift:
    if record.name not in frame.columns:
        return ColumnDrift(record.name, "strong", ("not in this table",))
    column = frame[record.name]
    if not len(column):
        return ColumnDrift(record.name, "none", ())
    found = _gaps(record, column)
    if record.kind == "categories":
        found += _categories(record, _texts(column))
    elif record.kind != "text":
        found += _numbers(record, column)
    level: Level = "none" if not found else "strong" if any(strong for strong, _ in found) else "some"
    return ColumnDrift(record.name, level, tuple(words for _, words in found))


def _gaps(record: ColumnRecord, column: pd.Series[Any]) -> list[tuple[bool, str]]:
    share = float(column.isna().mean())
    change = abs(share - record.gaps)
    pooled = (share * len(column) + record.gaps * record.rows) / (len(column) + record.rows)
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(column) + 1 / max(record.rows, 1)))
    if change < SOME_GAPS or change < 3.29 * error:  # two-sided p of 0.001
        return []
    words = f"gaps in {share:.0%} of the rows, {record.gaps:.0%} in training"
    return [(change >= STRONG_GAPS, words)]


def _numbers(record: ColumnRecord, column: pd.Series[Any]) -> list[tuple[bool, str]]:
    values, present = _values(column, record.kind), int(column.notna().sum())
    found = []
    if present and len(values) < present:
        share = 1 - len(values) / present
        found.append((share >= STRONG_UNSEEN, f"{share:.0%} of the values cannot be read as {record.kind}"))
    if not len(values):
        return found
    distance, p_value = _distance(record, values)
    shift = (float(values.mean()) - record.mean) / record.deviation if record.deviation else 0.0
    if p_value < P_VALUE and abs(shift) >= SOME_SHIFT:
        way = "higher" if shift > 0 else "lower"
        ends = f"{_shown(float(values.mean()), record)} against {_shown(record.mean, record)}"
        words = f"the mean is {abs(shift):.1f} standard deviations {way} ({ends})"
        found.append((abs(shift) >= STRONG_SHIFT, words))
    elif p_value < P_VALUE and distance >= SOME_DISTANCE:
        words = f"the values are spread differently (Kolmogorov-Smirnov distance {distance:.2f})"
        found.append((distance >= STRONG_DISTANCE, words))
    low, high = record.quantiles[0], record.quantiles[-1]
    outside = float(((values < low) | (values > high)).mean())
    if outside >= SOME_OUTSIDE:
        ends = f"{_shown(low, record)} to {_shown(high, record)}"
        found.append((False, f"{outside:.0%} of the values lie outside the {ends} of training"))
    return found


def _distance(record: ColumnRecord, values: Floats) -> tuple[float, float]:
    """Return the largest distance of the two distribution functions, and its p-value for large samples."""
    from scipy.stats import ks_2samp, kstwobign

    # The quantiles stand for all training values, at most one step of theirs off.
    distance = max(float(ks_2samp(record.quantiles, values).statistic) - 1 / (QUANTILES - 1), 0.0)
    seen = record.rows * (1 - record.gaps)
    rows = seen * len(values) / (seen + len(values))
    return distance, float(kstwobign.sf(np.sqrt(rows) * distance))


def _categories(record: ColumnRecord, texts: pd.Series[Any]) -> list[tuple[bool, str]]:
    known = record.shares or {}
    if not len(texts):
        return []
    counts = texts.value_counts()
    unseen = [str(value) for value in counts.index if str(value) not in known]
    share = float(texts.isin(unseen).mean())
    found = []
    if unseen:
        words = f"{max(share, 0.001):.1%} of the values were never seen in training, such as {_some(unseen)}"
        found.append((share >= STRONG_UNSEEN, words))
    ours = np.asarray([counts.get(name, 0) for name in known], dtype=np.float64)
    return found + _shares(list(known), np.asarray(list(known.values())), ours)


def _shares(names: Sequence[str], before: Floats, counts: Floats) -> list[tuple[bool, str]]:
    """Compare the shares of the categories that both have."""
    from scipy.stats import chisquare

    if counts.sum() == 0 or len(names) < 2:
        return []
    now, expected = counts / counts.sum(), before / before.sum() * counts.sum()
    distance = float(np.abs(now - before / before.sum()).sum() / 2)
    if distance < SOME_DISTANCE or float(chisquare(counts, expected).pvalue) >= P_VALUE:
        return []
    most = int(np.abs(now - before).argmax())
    words = f"other shares: {names[most]!r} in {now[most]:.0%} of the values, {before[most]:.0%} in training"
    return [(distance >= STRONG_DISTANCE, words)]


def _some(names: Sequence[str]) -> str:
    shown = [repr(name if len(name) <= 30 else f"{name[:29]}…") for name in names[:3]]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _shown(value: float, record: ColumnRecord) -> str:
    if record.kind == "dates":
        return str(pd.Timestamp(value, unit="s").date())
    return f"{value:.4g}"
