"""What training for a metric reached, where a run of this session did so on the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pages.shared import shelf

if TYPE_CHECKING:
    from east.metrics import Metric
    from east.run import Run
    from east.training import Arm, Outcome


@dataclass(frozen=True)
class TrainedFor:
    """Networks that were trained for a metric: where, and their scores by argmax and under its rule."""

    name: str
    scores: tuple[float, float]


def trained_for(run: Run, outcome: Outcome, metric: Metric, like: Arm) -> list[TrainedFor]:
    """List the runs that trained an arm's loss for a metric; the one that is shown is in the table already.

    Args:
        run: the run that is shown.
        outcome: what it came to.
        metric: what must have been trained for.
        like: the loss, the rule and whether it is an ensemble.
    """
    from east.comparison import result_of

    found = []
    for name, other in _outcomes(run, outcome):
        own = next(
            (arm for arm in other.config.networks if _serves(arm, metric) and arm.loss == like.loss), None
        )
        if own is None:
            continue
        members = len(other.arm(own).lanes) if like.ensemble else 1
        arms = [replace(own, rule=rule, members=members) for rule in ("argmax", like.rule)]
        plain, ruled = (float(metric.scores(result_of(other.arm(arm), other).hard).mean()) for arm in arms)
        found.append(TrainedFor(f"{own.spec.label}, trained for it ({name})", (plain, ruled)))
    return found


def _outcomes(run: Run, outcome: Outcome) -> Iterator[tuple[str, Outcome]]:
    """Name the other runs that ended on the same rows: the grid and the frontier beside it, and past runs."""
    if run.machine is None:
        return
    rows = run.machine.dataset.test.rows
    beside = [("β frontier", shelf.sweep("frontier")), ("grid", shelf.sweep("grid"))]
    others = [(kept.title, kept) for kept, _ in shelf.past_runs() if kept.id != run.id]
    for name, other in (*beside, *others):
        if other is None or other.outcome is None or other.machine is None:
            continue
        same = other.outcome.classes == outcome.classes and np.array_equal(
            other.machine.dataset.test.rows, rows
        )
        if same and np.array_equal(other.outcome.test_targets, outcome.test_targets):
            yield name, other.outcome


def _serves(arm: Arm, metric: Metric) -> bool:
    """Whether an arm was trained for a metric, whatever its label."""
    return (arm.metric.key, dict(arm.metric.options)) == (metric.key, dict(metric.options))
