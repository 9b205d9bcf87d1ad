"""How many threads a computation gets: small ones lose more to waiting for each other than they gain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from threadpoolctl import ThreadpoolController

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
    """Run torch's operations and numpy's products in one thread; two took six times as long for 26 classes' offsets."""
    import torch

    with threads_for(torch.device("cpu"), 0), _pools().limit(limits=1, user_api="blas"):
        yield


@cache
def _pools() -> ThreadpoolController:
    """Return the process's pools of threads; to look for them takes longer than a small rule.

    scipy brings a pool of its own: with two threads, a step of L-BFGS over ten numbers took 2 ms.
    """
    import numpy  # noqa: F401 -- its pool must be there to be found
    import scipy.linalg  # noqa: F401 -- so must scipy's
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
