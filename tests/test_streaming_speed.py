"""A folder of twenty million rows: its memory and its speed; run on request with `-m benchmark -n 0 -s`."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from east.dataset import prepare
from east.metrics import metric
from east.training import TrainConfig, Training
from tests.parquet_folders import write_folder

pytestmark = pytest.mark.benchmark
ROOT = Path(__file__).parents[1]
FILES, GROUP = 40, 250_000
ROWS, RANKS = 20_000_000, 2
MOST_RESIDENT = 2 * 2**30
BATCH = 4096
RACE = f"--target label --losses east cross_entropy --rules argmax --epochs 1 --batch-size {BATCH} --device cpu --quiet"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("twenty") / "rows", [ROWS // FILES] * FILES, GROUP)


def in_memory(folder: Path) -> float:
    """Rows a second of the loop in memory in one thread, over one file of the folder, with one evaluation."""
    frame = pd.read_parquet(min(folder.glob("*.parquet")))
    dataset = prepare(frame, "label", shares=(0.9, 0.05, 0.05))
    config = TrainConfig(
        metric("fbeta"), rules=("argmax",), epochs=2, batch_size=BATCH, evaluations=1, device="cpu"
    )
    training = Training(dataset, config)
    start = time.perf_counter()
    training.advance(training.total_steps)
    return training.total_steps * BATCH / (time.perf_counter() - start)


@pytest.mark.usefixtures("one_thread")
def test_twenty_million_rows_train_in_two_gibibytes_a_rank(folder: Path) -> None:
    start = (
        f"{sys.executable} -m torch.distributed.run --nproc-per-node {RANKS} -m east train {folder} {RACE}"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = subprocess.run(start.split(), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    resident = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert resident > before, "an earlier child was larger"
    (found,) = re.findall(r"([\d,]+) steps in ([\d.]+) s", done.stdout)
    trained = int(found[0].replace(",", "")) * BATCH
    streamed, held = trained / float(found[1]), in_memory(folder)
    line = f"{resident / 2**10:,.0f} MiB resident in the larger rank, {streamed:,.0f} rows/s; in memory {held:,.0f}"
    print(f"\n{done.stdout}\n{RANKS} ranks: {line}")  # noqa: T201 -- the figures are what this file is for
    assert resident * 2**10 < MOST_RESIDENT
    assert trained > 0.98 * ROWS
