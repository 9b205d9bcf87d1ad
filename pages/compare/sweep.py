"""A sweep: one training with many lanes beside the run, started, watched and drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError
from east.run import Run
from pages.shared import keeping, shelf, state
from pages.shared.press import press
from pages.shared.shelf import Sweep
from pages.shared.words import duration, literal

if TYPE_CHECKING:
    from east.training import Outcome, TrainConfig, Training

POLL_S = 1.0


def section(
    kind: Sweep,
    run: Run,
    configure: Callable[[TrainConfig], TrainConfig],
    draw: Callable[[Run, Outcome], None],
) -> None:
    """Offer a sweep's training, watch it, and draw what it came to."""
    assert run.machine is not None
    dataset, config = run.machine.dataset, run.machine.config
    keeping.note_gone_sweep(kind)
    side = shelf.sweep(kind)
    if side is not None and side.machine is not None and side.machine.dataset is not dataset:
        side = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=120):
            seeds = state.get().sweep_seeds
            st.number_input("Seeds", 1, 10, step=1, **state.bind("sweep_seeds", seeds))
        label = f"Train the {kind}" if side is None else f"Train the {kind} anew"
        pressed = press(label, f"train_{kind}", type="primary")
    if pressed:
        # Single networks race in a sweep; an ensemble may need more seeds than it has.
        _start(kind, run, lambda: configure(replace(config, seeds=tuple(range(seeds)), members=1)))
    if side is None:
        return
    if side.outcome is None:
        st.fragment(_progress, run_every=None if side.state.ended else POLL_S)(side)
        return
    draw(side, side.outcome)


def _start(kind: Sweep, run: Run, configure: Callable[[], TrainConfig]) -> None:
    assert run.machine is not None
    dataset = run.machine.dataset

    def make() -> Training:
        from east.training import Training

        config = configure()
        side.limits.admit(dataset, config)
        return Training(dataset, config)

    try:
        configure()
        side = Run(make, title=f"{run.title}: {kind}")
        shelf.start_sweep(kind, side)
    except EastError as error:
        st.error(literal(error))
    else:
        st.rerun()


def _progress(side: Run) -> None:
    """Say how far a sweep is, and draw the page anew when it has ended."""
    side.touch()
    shown = side.state
    if side.outcome is not None:
        st.rerun()
    if shown.status == "failed":
        st.error(literal(shown.reason or "The training failed."))
        return
    snapshot = shown.snapshot
    text = f"Waiting, {shown.ahead} ahead" if shown.ahead else "Preparing"
    if snapshot is not None:
        left = f", {duration(shown.seconds_left)} left" if shown.seconds_left else ""
        text = f"{len(snapshot.lanes)} lanes at step {snapshot.step:,} of {snapshot.total_steps:,}{left}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(snapshot.progress if snapshot else 0.0, text)
        st.button("Stop here", on_click=_stop, args=(side,), key=f"stop_{side.id}")


def _stop(side: Run) -> None:
    side.command("stop")
