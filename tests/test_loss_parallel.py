"""Ranks that train together on uneven shards: the loss and the gradients of one big batch, and the death of a rank.

Every rank is a process of its own, joined to the others by gloo.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from east.losses import EASTLoss
from east.metrics import METRICS, metric
from tests.rank_processes import PATIENCE_S, run_ranks

CLASSES, FEATURES, ROWS = 4, 5, 41
COUNTS = (16, 12, 9, 4)
# The last rank of three has no row at all.
SHARDS = {2: (33, 8), 3: (27, 14, 0)}
DTYPES = (torch.float32, torch.float64)
GONE = "The loss cannot be summed over the ranks, for one of them is gone"

Case = tuple[str, torch.dtype, str]
Result = tuple[Tensor, list[Tensor]]
CASES: list[Case] = [(key, dtype, "plain") for key in METRICS for dtype in DTYPES]
CASES += [("mcc", torch.float64, "weighted"), ("mcc", torch.float64, "ignored")]


def built(key: str, **options: Any) -> EASTLoss:
    needed = METRICS[key].matrix_option
    measure = metric(key, **({needed: torch.eye(CLASSES).tolist()} if needed else {}))
    return EASTLoss(measure, class_counts=COUNTS, ignore_index=-100, **options)


def network(dtype: torch.dtype) -> nn.Module:
    made = nn.Sequential(nn.Linear(FEATURES, 6), nn.Tanh(), nn.Linear(6, CLASSES)).to(dtype)
    generator = torch.Generator().manual_seed(0)
    for parameter in made.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64).to(dtype)
    return made


def batch(dtype: torch.dtype, kind: str) -> tuple[Tensor, Tensor, Tensor | None]:
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(ROWS, FEATURES, generator=generator, dtype=torch.float64).to(dtype)
    targets = torch.randint(CLASSES, (ROWS,), generator=generator)
    weights = 3 * torch.rand(ROWS, generator=generator, dtype=torch.float64)
    if kind == "ignored":
        targets[::5] = -100
    return features, targets, weights.to(dtype) if kind == "weighted" else None


def result(model: nn.Module, loss: EASTLoss, rows: slice, dtype: torch.dtype, kind: str) -> Result:
    """The value and the gradients of one step on some rows of the batch."""
    features, targets, weights = batch(dtype, kind)
    model.zero_grad()
    own = None if weights is None else weights[rows]
    value = loss(model(features[rows]), targets[rows], 0.4, own)
    value.backward()
    return value.detach(), [
        parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None
    ]


def join(rank: int, ranks: int, folder: Path) -> None:
    torch.set_num_threads(1)
    store = (folder / "store").as_uri()
    distributed.init_process_group(
        "gloo", init_method=store, rank=rank, world_size=ranks, timeout=timedelta(seconds=PATIENCE_S)
    )


def take_every_step(rank: int, ranks: int, folder: Path) -> None:
    """One rank's part in all cases; the last one is of a loss that each rank keeps to itself."""
    join(rank, ranks, folder)
    ends = torch.tensor(SHARDS[ranks]).cumsum(0).tolist()
    rows = slice(ends[rank] - SHARDS[ranks][rank], ends[rank])
    found = []
    for key, dtype, kind in CASES:
        model = DistributedDataParallel(network(dtype))
        found.append(result(model, built(key), rows, dtype, kind))
    found.append(
        result(DistributedDataParallel(network(dtype)), built("mcc", parallel=False), rows, dtype, "plain")
    )
    if rank == 0:
        # Nobody else calls it: a loss that is not in training waits for no one.
        found.append(result(network(dtype), built("mcc").eval(), rows, dtype, "plain"))
    torch.save(found, folder / f"rank{rank}.pt")
    distributed.barrier()
    distributed.destroy_process_group()


def die_at_the_third_step(rank: int, ranks: int, folder: Path) -> None:
    """The last rank is killed in the middle; what the others raise is left in a file."""
    join(rank, ranks, folder)
    model, loss = network(torch.float32), built("fbeta")
    for step in range(5):
        if step == 2 and rank == ranks - 1:
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            result(model, loss, slice(0, 20), torch.float32, "plain")
        except Exception as error:
            (folder / f"said{rank}").write_text(f"{type(error).__name__}: {error}")
            raise


def run(work: Callable[[int, int, Path], None], ranks: int, folder: Path) -> list[int | None]:
    """Run the ranks to their end; returns their exit codes."""
    # DistributedDataParallel asks for torch._dynamo.
    arguments = [(rank, ranks, folder) for rank in range(ranks)]
    return run_ranks(work, arguments, ["torch._dynamo", "torch.nn.parallel", "east.losses"])


@pytest.mark.parametrize("ranks", SHARDS)
def test_ranks_with_uneven_shards_give_the_loss_and_the_gradients_of_one_big_batch(
    ranks: int, tmp_path: Path
) -> None:
    assert sum(SHARDS[ranks]) == ROWS
    assert run(take_every_step, ranks, tmp_path) == [0] * ranks
    results = [torch.load(tmp_path / f"rank{rank}.pt") for rank in range(ranks)]
    for place, (key, dtype, kind) in enumerate(CASES):
        value, gradients = result(network(dtype), built(key), slice(0, ROWS), dtype, kind)
        tolerance = 1e-6 if dtype == torch.float32 else 1e-12
        for found in results:
            torch.testing.assert_close(found[place][0], value, rtol=0, atol=tolerance)
            for mine, whole in zip(found[place][1], gradients, strict=True):
                torch.testing.assert_close(mine, whole, rtol=0, atol=tolerance)
    # The mean over the ranks of each one's own loss is something else.
    together = result(network(torch.float64), built("mcc"), slice(0, ROWS), torch.float64, "plain")
    assert (results[0][len(CASES)][1][0] - together[1][0]).abs().max() > 1e-3
    own = result(network(torch.float64), built("mcc"), slice(0, SHARDS[ranks][0]), torch.float64, "plain")
    for kept in results[0][len(CASES) :]:
        torch.testing.assert_close(kept[0], own[0], rtol=0, atol=1e-12)


def test_a_killed_rank_ends_the_run_with_a_clear_word(tmp_path: Path) -> None:
    codes = run(die_at_the_third_step, 2, tmp_path)
    assert codes == [1, -signal.SIGKILL]
    said = (tmp_path / "said0").read_text()
    assert said.startswith(f"ParallelError: {GONE}: got ")
    assert said.endswith("; see what that rank said last and start all ranks again.") and "\n" not in said
