"""How many threads a computation gets: small ones lose more to waiting for each other than they gain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

WORK_PER_THREAD = 10**9
"""Multiply-adds of a step that keep one more thread busy for some tens of milliseconds."""


@contextmanager
def threads_for(device: torch.device, work: int) -> Iterator[None]:
    """Run torch's CPU operations with as many threads as `work` multiply-adds deserve.

    One core is always left to whoever watches: two threads that spin for each other beside a busy
    browser were measured at a fiftieth of the speed of one. A smaller number set by the user holds.
    """
    if device.type != "cpu":
        yield
        return
    # Imported late: the pages load this module before they need torch.
    import torch

    before = torch.get_num_threads()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(max(1, min(before, cores - 1, 1 + work // WORK_PER_THREAD)))
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch's operations in one thread (tuning offsets of 26 classes was six times slower in two)."""
    import torch

    with threads_for(torch.device("cpu"), 0):
        yield
