"""Ranks that train on a folder together: the numbers of one rank, the same twice, and the death of a rank."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
from torch import distributed

from east.command_line.folder import ended_with_a_word
from east.command_line.schemas import schema_text
from east.errors import ParallelError, TableError
from east.losses import LOSSES
from east.metrics import metric
from east.streaming import FolderTraining, open_folder, prepare_folder
from east.training import Outcome, TrainConfig
from east.training.ranks import ALONE, Ranks
from tests.parquet_folders import write_folder
from tests.rank_processes import PATIENCE_S, run_ranks

ROOT = Path(__file__).parents[1]
RANKS = 2
# Uneven: the shards hold 13,000 and 7,000 rows.
FILES, GROUP = [13_000, 7_000], 13_000
CONFIG = TrainConfig(
    metric("mcc"), losses=tuple(LOSSES), rules=("argmax",), seeds=(3,), epochs=2, batch_size=600, hidden=(16,),
    dropout=0.1, evaluations=6, device="cpu",
)  # fmt: skip
GONE = "one of them is gone"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("ranks") / "rows", FILES, GROUP)


def trained(folder: Path, ranks: Ranks) -> Outcome:
    dataset = prepare_folder(open_folder(folder), "label", ranks, shards=RANKS)
    with pytest.MonkeyPatch.context() as patch:
        # Several buffers an epoch, as in a folder that is larger than memory.
        patch.setattr("east.streaming.batches.BUFFER_CELLS", 3_000 * dataset.num_features)
        training = FolderTraining(dataset, CONFIG, ranks)
    training.advance(training.total_steps)
    return training.outcome()


def join(rank: int, store: Path) -> Ranks:
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=store.as_uri(), rank=rank, world_size=RANKS, timeout=timedelta(seconds=PATIENCE_S)
    )
    return Ranks.here()


def train_twice(rank: int, folder: Path, out: Path) -> None:
    ranks = join(rank, out / "store")
    for run in range(2):
        outcome = trained(folder, ranks)
        found: dict[str, Any] = {}
        for place, lane in enumerate(outcome.lanes):
            found |= {f"hard{place}": lane.test_hard, f"p{place}": lane.test_probabilities}
        np.savez(out / f"run{run}rank{rank}.npz", **found)
    distributed.destroy_process_group()


def die_on_the_way(rank: int, folder: Path, out: Path) -> None:
    ranks = join(rank, out / "store")
    training = FolderTraining(prepare_folder(open_folder(folder), "label", ranks), CONFIG, ranks)
    training.advance(3)
    if rank == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    try:
        training.advance(3)
    except ParallelError as error:
        (out / "said").write_text(str(error))


def hear_of_damage(rank: int, folder: Path, out: Path) -> None:
    ranks = join(rank, out / "store")
    try:
        prepare_folder(open_folder(folder), "label", ranks)
    except TableError as error:
        (out / f"said{rank}").write_text(str(error))


def run(work: Callable[[int, Path, Path], None], folder: Path, out: Path) -> list[int | None]:
    arguments = [(rank, folder, out) for rank in range(RANKS)]
    return run_ranks(work, arguments, ["east.streaming", "east.rules", "skrub"])


def test_two_ranks_give_the_numbers_of_one_with_the_same_batches_and_the_same_twice(
    folder: Path, tmp_path: Path
) -> None:
    assert run(train_twice, folder, tmp_path) == [0] * RANKS
    first, again, other = (
        np.load(tmp_path / name) for name in ("run0rank0.npz", "run1rank0.npz", "run0rank1.npz")
    )
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
        np.testing.assert_array_equal(first[name], other[name])
    alone = trained(folder, ALONE)
    assert {lane.loss for lane in alone.lanes} == set(LOSSES)
    for place, lane in enumerate(alone.lanes):
        np.testing.assert_allclose(first[f"p{place}"], lane.test_probabilities, rtol=0, atol=1e-5)
        rows = lane.test_hard.sum()
        assert CONFIG.metric.score(first[f"hard{place}"]) == pytest.approx(lane.test_score, abs=1e-5)
        assert rows == first[f"hard{place}"].sum() > 3_500


def test_a_killed_rank_ends_the_training_with_a_clear_word(folder: Path, tmp_path: Path) -> None:
    assert run(die_on_the_way, folder, tmp_path) == [0, -signal.SIGKILL]
    said = (tmp_path / "said").read_text()
    assert (
        f"{GONE}: got " in said
        and "gloo/" not in said
        and said.endswith("; see what that rank said last and start all ranks again.")
    )


def test_all_ranks_hear_what_one_of_them_has_to_refuse(tmp_path: Path) -> None:
    damaged = write_folder(tmp_path / "rows", [3_000, 2_000], 3_000)
    file = damaged / "part-0001.parquet"
    data = file.read_bytes()
    file.write_bytes(data[:4] + b"\xff" * 64 + data[68:])
    assert run(hear_of_damage, damaged, tmp_path) == [0] * RANKS
    first, second = ((tmp_path / f"said{rank}").read_text() for rank in range(RANKS))
    assert first == second and first.startswith("'part-0001.parquet' cannot be read as parquet: got ")


def test_torchrun_s_signal_after_the_death_of_a_rank_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    before = signal.getsignal(signal.SIGTERM)
    with (
        pytest.raises(
            ParallelError, match=r"told to end: got SIGTERM, .* once another rank is gone; see what"
        ),
        ended_with_a_word(),
    ):
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def torchrun(*words: str) -> subprocess.CompletedProcess[str]:
    start = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--nproc-per-node",
        str(RANKS),
        "-m",
        "east",
        *words,
    ]
    return subprocess.run(start, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_torchrun_prints_one_result(folder: Path) -> None:
    words = ["train", str(folder), "--target", "label", "--json", "--epochs", "2", "--rules", "argmax"]
    done = torchrun(*words)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    result = json.loads(line)
    jsonschema.validate(result, json.loads(schema_text("train-1")))
    assert sum(result["class_counts"]) == np.sum(result["arms"]["east"]["hard"]) > 3_500
    assert done.stderr.count("rows train, ") == 1
