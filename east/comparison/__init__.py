"""Judge a race: scores with intervals, the verdict, what-if offsets, per-class tables, grid and frontier."""

from east.comparison.absent import CONVENTION, absent_sentence, counts_absent_classes
from east.comparison.classes import (
    ClassChange,
    ClassRow,
    class_changes,
    class_rows,
    class_table,
    largest_confusion,
    matrix_difference,
    rows_in_cell,
)
from east.comparison.differences import Difference
from east.comparison.frontier import (
    BETAS,
    Frontier,
    FrontierPoint,
    averaging,
    frontier,
    frontier_config,
)
from east.comparison.grid import Grid, grid, grid_config, grid_metrics
from east.comparison.kinds import Verdict
from east.comparison.past_runs import JudgedArm, pair_past_runs
from east.comparison.predictions import predictions_frame, probabilities_frame
from east.comparison.race import ArmResult, Race, pair_races, race_from, result_of
from east.comparison.references import References, ReferenceScore, judge_references, reference_sentence
from east.comparison.scores import Comparison, Score, compare, first_minus_second, paired_difference
from east.comparison.sizes import WIDTHS, SizePoint, SizeProgress, SizeSweep, size_label, sweep_sizes
from east.comparison.summary import summarise, summary
from east.comparison.verdict import pair_sentence, verdict
from east.comparison.ways import Step
from east.comparison.what_if import (
    WhatIf,
    decided_for,
    decision_for,
    offsets_rule,
    suggested_offsets,
    what_if,
)

__all__ = [
    "BETAS",
    "CONVENTION",
    "WIDTHS",
    "ArmResult",
    "ClassChange",
    "ClassRow",
    "Comparison",
    "Difference",
    "Frontier",
    "FrontierPoint",
    "Grid",
    "JudgedArm",
    "Race",
    "ReferenceScore",
    "References",
    "Score",
    "SizePoint",
    "SizeProgress",
    "SizeSweep",
    "Step",
    "Verdict",
    "WhatIf",
    "absent_sentence",
    "averaging",
    "class_changes",
    "class_rows",
    "class_table",
    "compare",
    "counts_absent_classes",
    "decided_for",
    "decision_for",
    "first_minus_second",
    "frontier",
    "frontier_config",
    "grid",
    "grid_config",
    "grid_metrics",
    "judge_references",
    "largest_confusion",
    "matrix_difference",
    "offsets_rule",
    "pair_past_runs",
    "pair_races",
    "pair_sentence",
    "paired_difference",
    "predictions_frame",
    "probabilities_frame",
    "race_from",
    "reference_sentence",
    "result_of",
    "rows_in_cell",
    "size_label",
    "suggested_offsets",
    "summarise",
    "summary",
    "sweep_sizes",
    "verdict",
    "what_if",
]
