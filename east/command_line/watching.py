"""A training taken to its end: each tenth of the way is reported, each evaluation is told to its keeper."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from east.command_line.output import report
from east.run import Keeper, RunState

if TYPE_CHECKING:
    from east.training import ArmSnapshot, Outcome, Snapshot, Training


def watch(
    training: Training,
    keeper: Keeper,
    options: argparse.Namespace,
    remarks: Iterable[str] = (),
    earlier: Iterable[Snapshot] = (),
) -> tuple[Outcome, list[Snapshot]]:
    """Train to the end; remarks are reported first, once nothing can be refused any more.

    Args:
        training: at its start, or where it goes on.
        keeper: of the run.
        options: whether to report.
        remarks: sentences to report first.
        earlier: snapshots of a run that goes on, oldest first.
    """
    history, reported, first_lines = list(earlier), -1, list(remarks)
    keeper.began(training)
    for snapshot in training.snapshots():
        if not history or history[-1].step < snapshot.step:
            history.append(snapshot)
        keeper.moment(training, snapshot)
        tenth = 10 * snapshot.step // snapshot.total_steps
        if tenth > reported:
            report(options, [*first_lines, _moment(snapshot)])
            reported, first_lines = tenth, []
    outcome = training.outcome()
    keeper.ended(RunState("finished", snapshot=snapshot), outcome)
    return outcome, history


def _moment(snapshot: Snapshot) -> str:
    means = ", ".join(f"{found.arm.key} {_mean_score(found):.3f}" for found in snapshot.arms)
    lost = [
        found.arm.key
        for found in snapshot.arms
        if snapshot.step and any(lane.diverged for lane in found.lanes)
    ]
    diverged = f"; diverged: {', '.join(sorted(lost))} (its last sound checkpoint counts)" if lost else ""
    return f"step {snapshot.step}/{snapshot.total_steps}: {means} on validation{diverged}"


def _mean_score(found: ArmSnapshot) -> float:
    return sum(lane.score_hard for lane in found.lanes) / len(found.lanes)
