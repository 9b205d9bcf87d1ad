"""The facts of a profile, as plain data for a page, a terminal or a report."""

from __future__ import annotations

from dataclasses import dataclass

from east.tables import Remedy

ROLES = ("numeric", "categorical", "boolean", "date", "text", "constant", "id")


@dataclass(frozen=True)
class ColumnFacts:
    """One column.

    Args:
        name: of the column.
        role: one of `ROLES`; "text" is free text, "id" identifies rows.
        missing: rows without a value, counted over the whole table.
        missing_share: `missing` as a share of all rows, in [0, 1].
        distinct: different values among the profiled rows.
        examples: a few values as text.
        low, middle, high: least, median and greatest number; None where the role is not numeric.
    """

    name: str
    role: str
    missing: int
    missing_share: float
    distinct: int
    examples: tuple[str, ...]
    low: float | None = None
    middle: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ClassFacts:
    """One class of the target: its label, its rows and their share in [0, 1]."""

    label: str
    count: int
    share: float


@dataclass(frozen=True)
class TargetGuess:
    """A column that may be the target: the higher the score in [0, 1], the likelier; the reason is a sentence."""

    column: str
    score: float
    reason: str


@dataclass(frozen=True)
class Concern:
    """Something that a user should know about a table before training.

    Args:
        kind: one of id, constant, near_empty, duplicate_column, duplicate_rows, leakage, copy, few_classes,
            too_many_classes, continuous_target, rare_class, scarce_class, missing_target, date, free_text,
            high_cardinality, mixed_types, look_alike, few_rows.
        column: the column it is about, None for the whole table.
        evidence: one plain sentence without a final stop.
        remedy: what to do, one plain sentence without a final stop.
        severity: "stop" (training is refused until something is chosen), "warn" or "note".
        remedies: options of reading that answer it, for a page to offer as buttons.
    """

    kind: str
    column: str | None
    evidence: str
    remedy: str
    severity: str = "warn"
    remedies: tuple[Remedy, ...] = ()

    def __str__(self) -> str:
        """Show the concern in one line."""
        about = f"{self.column!r}: " if self.column is not None else ""
        return f"{about}{self.evidence}; {self.remedy}."


@dataclass(frozen=True)
class Profile:
    """The plain facts of a table.

    Args:
        name: of the table.
        rows: of the table.
        looked_at: rows that were profiled for cardinalities, roles and concerns; a sample in a large table.
        columns: in the table's order.
        guesses: of the target, the likeliest first; may be empty.
        target: the one given, else the likeliest; None when there is none.
        classes: of the target, largest first; empty when it is a continuous quantity.
        imbalance: rows of the largest class over those of the smallest.
        concerns: the gravest first.
    """

    name: str
    rows: int
    looked_at: int
    columns: tuple[ColumnFacts, ...]
    guesses: tuple[TargetGuess, ...]
    target: str | None
    classes: tuple[ClassFacts, ...]
    imbalance: float | None
    concerns: tuple[Concern, ...]

    @property
    def sampled(self) -> bool:
        """Whether only some of the rows were looked at."""
        return self.looked_at < self.rows

    def column(self, name: str) -> ColumnFacts:
        """The facts of one column, by its name."""
        return next(column for column in self.columns if column.name == name)
