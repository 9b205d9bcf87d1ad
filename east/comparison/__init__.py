"""Judging a race: scores with intervals, the verdict, offsets, per-class tables, grid and frontier."""

from east.comparison.arms import ArmResult, Race, arm_from, arm_label, pair_races, race_from, with_offsets
from east.comparison.classes import (
    ClassChange,
    ClassRow,
    class_changes,
    class_rows,
    class_table,
    matrix_difference,
    rows_in_cell,
)
from east.comparison.frontier import Frontier, FrontierPoint, frontier, frontier_config
from east.comparison.grid import Grid, grid, grid_config
from east.comparison.predictions import predictions_frame, probabilities_frame
from east.comparison.scores import Comparison, Difference, Score, compare, paired_difference
from east.comparison.summary import summarise, summary
from east.comparison.verdict import Verdict, pair_sentence, verdict
from east.comparison.what_if import WhatIf, suggested_offsets, what_if

__all__ = [
    "ArmResult",
    "ClassChange",
    "ClassRow",
    "Comparison",
    "Difference",
    "Frontier",
    "FrontierPoint",
    "Grid",
    "Race",
    "Score",
    "Verdict",
    "WhatIf",
    "arm_from",
    "arm_label",
    "class_changes",
    "class_rows",
    "class_table",
    "compare",
    "frontier",
    "frontier_config",
    "grid",
    "grid_config",
    "matrix_difference",
    "pair_races",
    "pair_sentence",
    "paired_difference",
    "predictions_frame",
    "probabilities_frame",
    "race_from",
    "rows_in_cell",
    "suggested_offsets",
    "summarise",
    "summary",
    "verdict",
    "what_if",
    "with_offsets",
]
