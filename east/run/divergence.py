"""Lanes that have diverged: each is named once, and a run without a sound lane ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from east.run.state import RunState
    from east.training import Snapshot


def newly_diverged(snapshot: Snapshot, earlier: tuple[str, ...]) -> tuple[str, ...]:
    """Return a sentence for each lane that has diverged and is not named in the `earlier` ones."""
    from east.losses import LOSSES

    sentences = []
    for lane in snapshot.lanes:
        name = f"{LOSSES[lane.loss].label} (seed {lane.seed}) diverged"
        if snapshot.step and lane.diverged and not any(text.startswith(name) for text in earlier):
            sentences.append(f"{name}: by step {snapshot.step:,} its loss or gradient was not finite.")
    return tuple(sentences)


def all_diverged(state: RunState) -> bool:
    """Whether no lane is left that could learn anything more."""
    return state.snapshot is not None and len(state.diverged) >= len(state.snapshot.lanes)
