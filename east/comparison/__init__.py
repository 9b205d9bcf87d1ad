"""Judging a race: scores with intervals, the verdict, offsets, per-class tables, grid and frontier."""

from east.comparison.arms import ArmResult, Race, arm_from, arm_label, race_from, with_offsets
from east.comparison.classes import (
    ClassChange,
    ClassRow,
    class_changes,
    class_rows,
    class_table,
    matrix_difference,
    rows_in_cell,
)
from east.comparison.offsets import apply_offsets, tune_offsets
from east.comparison.scores import Comparison, Difference, Score, compare, paired_difference
from east.comparison.summary import summarise, summary
from east.comparison.verdict import Verdict, verdict

__all__ = [
    "ArmResult",
    "ClassChange",
    "ClassRow",
    "Comparison",
    "Difference",
    "Race",
    "Score",
    "Verdict",
    "apply_offsets",
    "arm_from",
    "arm_label",
    "class_changes",
    "class_rows",
    "class_table",
    "compare",
    "matrix_difference",
    "paired_difference",
    "race_from",
    "rows_in_cell",
    "summarise",
    "summary",
    "tune_offsets",
    "verdict",
    "with_offsets",
]
