"""A training that does not fit in memory is made smaller until it does, and what was changed is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from east.errors import out_of_memory
from east.training.devices import resolve_device
from east.training.step_graph import STEPS_BEFORE

if TYPE_CHECKING:
    from east.training.config import TrainConfig
    from east.training.engine import Training

LEAST_BATCH = 32
"""Smaller batches would hardly save memory, and most metrics need rows of every class in a batch."""


def built_to_fit(
    build: Callable[[TrainConfig], Training], config: TrainConfig, rows: int
) -> tuple[Training, tuple[str, ...]]:
    """Build a training that has room for its steps: on another device, or with smaller batches, where it must be.

    A step (on a CUDA device as many as until its graph is recorded) and a snapshot are taken to see whether there is
    room, and taken back.

    Args:
        build: builds the training of a configuration.
        config: what is wanted.
        rows: of the training part.

    Returns:
        The training at its start, and a sentence for each thing that is otherwise than wanted.

    Raises:
        MemoryError: or what torch raises, where no smaller training is left to try.
    """
    remarks: list[str] = []
    while True:
        try:
            training = build(config)
            _rehearse(training)
            return training, tuple(remarks)
        except Exception as error:
            smaller = _smaller(config, rows) if out_of_memory(error) else None
            if smaller is None:
                raise
        config, remark = smaller
        remarks.append(remark)


def _rehearse(training: Training) -> None:
    start = training.state()
    training.advance(STEPS_BEFORE + 1 if training.device.startswith("cuda") else 1)
    training.snapshot()
    training.resume(start)


def _smaller(config: TrainConfig, rows: int) -> tuple[TrainConfig, str] | None:
    """Return the next configuration to try and what it changes; None where there is none."""
    device = resolve_device(config.device).type
    if device != "cpu":
        return replace(
            config, device="cpu"
        ), f"There was too little memory on {device}: it trains on the CPU."
    batch = config.batch_rows(rows) // 2
    if batch < LEAST_BATCH:
        return None
    return replace(config, batch_size=batch), f"There was too little memory: its batches have {batch} rows."
