"""The table that `train` prints, and the JSON that stands for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from east.command_line.schemas import TRAIN

if TYPE_CHECKING:
    from east.training import Outcome


def result_of(table: str, target: str, summary: Mapping[str, Any], run_id: str = "") -> dict[str, Any]:
    """Put a result together as the schema `train-1` has it.

    Args:
        table: its name.
        target: the column that was predicted.
        summary: of the comparison.
        run_id: of the run, where it is kept.
    """
    kept = {"run": run_id} if run_id else {}
    return {"schema": TRAIN, "table": table, "target": target, **kept, **summary}


def as_json(result: dict[str, Any]) -> str:
    """Write a result as one line of JSON."""
    return json.dumps(result, allow_nan=False)


def as_text(result: dict[str, Any], outcome: Outcome) -> str:
    """Lay a result out: a line an arm, then the verdict."""
    labels = {found.arm.key: found.arm.label for found in outcome.arms}
    seeds, rows = len(result["seeds"]), sum(result["class_counts"])
    lines = [
        f"{result['table']}, target {result['target']!r}: {result['metric']} on {rows:,} test rows of "
        f"{len(result['classes'])} classes, {seeds} seed{'s' if seeds > 1 else ''}, "
        f"{outcome.steps:,} steps in {outcome.elapsed_s:.1f} s on {outcome.device}",
        "",
        f"{'arm':<44} {'score':>7}  {'95 % interval':<17}  first arm minus it",
    ]
    for key, arm in result["arms"].items():
        line = f"{labels[key]:<44} {arm['mean']:>7.4f}  {_interval(arm['ci']):<17}"
        paired = result["paired"].get(key)
        lines.append(f"{line}  {paired['difference']:+.4f} {_interval(paired['ci'])}" if paired else line)
    if result["references"]:
        lines += ["", f"{'reference':<44} {'score':>7}  {'95 % interval':<17}  best arm minus it"]
    for found in result["references"]:
        paired = found["best_arm_minus_it"]
        line = f"{found['label']:<44} {found['mean']:>7.4f}  {_interval(found['ci']):<17}"
        lines.append(f"{line}  {paired['difference']:+.4f} {_interval(paired['ci'])}")
    return "\n".join([*lines, "", result["verdict"]["text"]])


def _interval(bounds: Sequence[float]) -> str:
    return f"[{bounds[0]:.4f}, {bounds[1]:.4f}]"
