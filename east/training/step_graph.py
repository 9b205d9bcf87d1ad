"""The step as a CUDA graph: one launch in place of some two hundred, which cost more time than their work."""

from __future__ import annotations

from threading import Lock

import torch

from east.training.step import Batch, Moment, Step, Taken

STEPS_BEFORE = 3
"""Steps taken one kernel at a time before the graph is recorded, so that all libraries have set themselves up."""
RECORDING = Lock()
"""One recording at a time: it begins by waiting for the whole device, which is refused while another is under way."""


class StepGraph:
    """Takes the steps of a `Step` on a CUDA device; the first few as they are, the others from a recorded graph.

    A graph replays kernels on the same memory, so what changes from step to step is copied into tensors of its own,
    and numbers are among them. What a step leaves behind is overwritten by the next.

    Args:
        step: the step to take. Its network and optimiser must keep their tensors.
    """

    def __init__(self, step: Step) -> None:
        self._step = step
        self._graph: tuple[torch.cuda.CUDAGraph, Taken] | None = None
        self._steps = 0
        self._batch: Batch | None = None
        self._numbers = torch.empty(0)

    def __call__(self, batch: Batch, moment: Moment) -> Taken:
        """Take one step."""
        held, numbers = self._copied(batch, moment)
        if self._steps < STEPS_BEFORE:
            self._steps += 1
            return self._step(held, numbers)
        if self._graph is None:
            self._graph = self._recorded(held, numbers)
        graph, taken = self._graph
        graph.replay()
        return taken

    def _copied(self, batch: Batch, moment: Moment) -> tuple[Batch, Moment]:
        """Copy what the step reads into the tensors that the graph reads."""
        # From pinned memory, which the device reads by itself while the host goes on.
        numbers = torch.tensor([*moment], dtype=torch.float32, pin_memory=True)
        if self._batch is None:
            self._batch = Batch(batch.rows.clone(), [mask.clone() for mask in batch.masks])
            self._numbers = numbers.to(batch.rows.device)
        else:
            self._batch.rows.copy_(batch.rows)
            for mask, new in zip(self._batch.masks, batch.masks, strict=True):
                mask.copy_(new)
            self._numbers.copy_(numbers, non_blocking=True)
        return self._batch, Moment(*self._numbers.unbind())

    def _recorded(self, batch: Batch, moment: Moment) -> tuple[torch.cuda.CUDAGraph, Taken]:
        """Record a step without taking it; other threads may use the device meanwhile."""
        graph, groups = torch.cuda.CUDAGraph(), self._step.optimiser.param_groups
        for group in groups:
            group["capturable"] = True
        with RECORDING, torch.cuda.graph(graph, capture_error_mode="thread_local"):
            taken = self._step(batch, moment)
        # A training that is resumed takes its first steps unrecorded again, and torch would warn of the mark.
        for group in groups:
            group["capturable"] = False
        return graph, taken
