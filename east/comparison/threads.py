"""One thread for scoring many small matrices: several would wait for each other longer than they work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch's operations in one thread (tuning offsets of 26 classes was six times slower in two)."""
    # Imported late: torch is slow to come, and whoever scores has it by then.
    import torch

    from east.training.threads import threads_for

    with threads_for(torch.device("cpu"), 0):
        yield
