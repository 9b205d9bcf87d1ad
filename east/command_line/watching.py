"""A training taken to its end: its progress is shown, each evaluation is told to its keeper."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from east.command_line.progress import progress
from east.run import Keeper, RunState

if TYPE_CHECKING:
    from east.training import Outcome, Snapshot, Training

LINES = 10
"""A log gets the beginning and each tenth of the way."""


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
    history, unsaid = list(earlier), list(remarks)
    keeper.began(training)
    with progress(options, training.total_steps, "step {done}/{total}", LINES) as shown:
        for snapshot in training.snapshots():
            if not history or history[-1].step < snapshot.step:
                history.append(snapshot)
            keeper.moment(training, snapshot)
            shown.say(unsaid)
            unsaid.clear()
            shown.at(snapshot.step, _scores(snapshot), _diverged(snapshot))
    outcome = training.outcome()
    keeper.ended(RunState("finished", snapshot=snapshot), outcome)
    return outcome, history


def _scores(snapshot: Snapshot) -> str:
    means = ", ".join(f"{found.arm.key} {found.score_hard:.3f}" for found in snapshot.arms)
    return f"{means} on validation"


def _diverged(snapshot: Snapshot) -> str:
    lost = [
        found.arm.key
        for found in snapshot.arms
        if snapshot.step and any(lane.diverged for lane in found.lanes)
    ]
    return f"diverged: {', '.join(sorted(lost))} (its last sound checkpoint counts)" if lost else ""
