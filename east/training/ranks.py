"""The processes that train one network together; most trainings have a single one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as distributed
from torch import Tensor

from east.errors import DatasetError, EastError, SettingError, TableError
from east.losses.parallel import expecting_all

_GONE = "The ranks cannot go on together"
_ERRORS = {kind.__name__: kind for kind in (TableError, DatasetError, SettingError)}
_PATIENCE = timedelta(minutes=30)  # a rank may read for as long before it answers


class Ranks:
    """The ranks of `torch.distributed`, or this process alone.

    Every rank has to call each method as often as the others, and in the same order.

    Args:
        size: how many there are; with 1 nothing is sent.
        rank: this one's number, from 0.
    """

    def __init__(self, size: int = 1, rank: int = 0) -> None:
        self.size, self.rank = size, rank

    @classmethod
    def here(cls) -> Ranks:
        """Return the ranks that this process has joined."""
        if not distributed.is_available() or not distributed.is_initialized():
            return cls()
        return cls(distributed.get_world_size(), distributed.get_rank())

    @property
    def first(self) -> bool:
        """Whether this is the rank that speaks and writes."""
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """Return the sum over ranks of a tensor that has the same shape on each; alone, the tensor itself.

        Raises:
            ParallelError: when another rank is gone; so do the other methods.
        """
        if self.size == 1:
            return values
        total = values.detach().clone()
        with expecting_all(_GONE):
            distributed.all_reduce(total)
        return total

    def average_(self, values: Tensor) -> None:
        """Replace a tensor by its mean over ranks."""
        if self.size > 1:
            with expecting_all(_GONE):
                distributed.all_reduce(values)
            values.div_(self.size)

    def gather(self, data: bytes) -> list[bytes]:
        """Return what each rank has given, in their order."""
        if self.size == 1:
            return [data]
        lengths = [torch.zeros(1, dtype=torch.int64) for _ in range(self.size)]
        with expecting_all(_GONE):
            distributed.all_gather(lengths, torch.tensor([len(data)]))
        longest = max(int(length) for length in lengths)
        mine = torch.zeros(longest, dtype=torch.uint8)
        mine[: len(data)] = torch.frombuffer(bytearray(data) or bytearray(1), dtype=torch.uint8)[: len(data)]
        pieces = [torch.zeros(longest, dtype=torch.uint8) for _ in range(self.size)]
        with expecting_all(_GONE):
            distributed.all_gather(pieces, mine)
        return [piece[: int(length)].numpy().tobytes() for piece, length in zip(pieces, lengths, strict=True)]

    @contextmanager
    def agreeing(self) -> Iterator[None]:
        """Let every rank hear what one of them has to refuse; nothing is sent inside.

        Raises:
            EastError: the first rank's, on all of them.
        """
        refused: EastError | None = None
        try:
            yield
        except EastError as error:
            refused = error
        said = "" if refused is None else json.dumps([type(refused).__name__, *_words(refused)])
        for text in filter(None, self.gather(said.encode())):
            name, what, got, remedy = json.loads(text)
            raise _ERRORS.get(name, EastError)(what, got, remedy) from refused

    def wait(self) -> None:
        """Wait until every rank has come here."""
        self.sum(torch.zeros(1))


ALONE = Ranks()
"""This process, whatever others the program around it has joined."""


@contextmanager
def joined() -> Iterator[Ranks]:
    """Join the ranks that torchrun has started, and leave them at the end; alone where there are none.

    They speak through gloo, which serves a CPU and a CUDA device, also one that several ranks share.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or distributed.is_initialized():
        yield Ranks.here()
        return
    distributed.init_process_group("gloo", timeout=_PATIENCE)
    try:
        yield Ranks.here()
    finally:
        distributed.destroy_process_group()


def _words(error: EastError) -> tuple[str, str | None, str | None]:
    return error.what, None if error.got is None else str(error.got), error.remedy
