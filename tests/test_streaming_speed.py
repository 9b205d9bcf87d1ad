"""A folder of twenty million rows: its memory and its speed; run on request with `-m benchmark -n 0 -s`."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
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
RACE = [
    "--losses",
    "east",
    "cross_entropy",
    "--rules",
    "argmax",
    "--epochs",
    "1",
    "--device",
    "cpu",
    "--quiet",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("twenty") / "rows", [ROWS // FILES] * FILES, GROUP)


def in_memory(folder: Path) -> float:
    """Rows a second of the loop in memory, over two files of the folder."""
    frame = pd.concat([pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))[:2]])
    dataset = prepare(frame.reset_index(drop=True), "label")
    config = TrainConfig(metric("fbeta"), rules=("argmax",), epochs=1, device="cpu")
    training = Training(dataset, config)
    training.advance(training.total_steps)
    return training.total_steps * 512 / training._elapsed_s


def test_twenty_million_rows_train_in_two_gibibytes_a_rank(folder: Path) -> None:
    start = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--nproc-per-node",
        str(RANKS),
        "-m",
        "east",
        "train",
    ]
    words = [*start, str(folder), "--target", "label", *RACE]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    resident = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert resident > before * 1024, "an earlier child was larger"
    (found,) = re.findall(r"([\d,]+) steps in ([\d.]+) s", done.stdout)
    streamed = int(found[0].replace(",", "")) * 512 / float(found[1])
    held = in_memory(folder)
    line = f"{resident / 2**20:,.0f} MiB resident in the larger rank, {streamed:,.0f} rows/s; in memory {held:,.0f}"
    print(f"\n{done.stdout}\n{RANKS} ranks: {line}")  # noqa: T201 -- the figures are what this file is for
    assert resident < MOST_RESIDENT
    assert int(found[0].replace(",", "")) * 512 > 0.98 * ROWS
