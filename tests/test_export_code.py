"""The command and the script of a run reproduce its test matrices bit for bit; the loop's lines train."""

from __future__ import annotations

import ast
import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import east
from east.command_line import main
from east.comparison import summary
from east.dataset import Choices, prepare_choices
from east.errors import SettingError
from east.export import command_for, script_for, torch_loop
from east.tables import ReadOptions
from east.training import Arm, TrainConfig, fit

pytestmark = pytest.mark.usefixtures("one_thread")

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
GAINS = ((1.0, -0.1, 0.0), (0.25, 1 / 3, 0.0), (-2.0, 0.0, 1.5))


@dataclass(frozen=True)
class Run:
    """What is to be reproduced."""

    config: TrainConfig
    choices: Choices
    reading: ReadOptions | None = None


RUNS = {
    "usual": Run(TrainConfig(east.metric("fbeta", beta=0.5), epochs=2, device="cpu"), Choices("kind of thing")),
    "gains": Run(
        TrainConfig(
            east.metric("gain", matrix=GAINS), losses=("cross_entropy",), seeds=(0, 1), rules=("argmax",),
            epochs=1, hidden=(), dropout=0.1, learning_rate=1 / 300, device="cpu",
        ),
        Choices("kind of thing", exclude=("'odd\" $name",), shares=(0.5, 0.3, 0.2), seed=7),
        ReadOptions(delimiter=";", header=True),
    ),
    "class": Run(
        TrainConfig(
            east.metric("recall", average="class", class_index=1), losses=("focal", "east"), epochs=1, batch_size=20,
            hidden=(8, 4), clip=0.5, averaging=0.9, patience=2, evaluations=3, device="cpu",
        ),
        Choices("kind of thing", group="group", rare="merge"),
    ),
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A table with names that a shell must not read."""
    generator = np.random.default_rng(0)
    lines = ["size;'odd\" $name;group;kind of thing".replace("'odd\" $name", '"\'odd"" $name"')]
    for row in range(150):
        size, odd = generator.normal(size=2)
        kind = ("a b", "$HOME", "c")[int(size > -0.4) + int(size + odd > 0.8)]
        lines.append(f"{size:.4f};{odd:.4f};{row % 30};{kind}")
    path = tmp_path / "it's a table.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def ran(*programs: list[str] | str, folder: Path) -> list[dict[str, Any]]:
    """Run programs side by side; returns what each has printed."""
    started = [
        subprocess.Popen(
            words,
            cwd=folder,
            env=ONE_THREAD,
            shell=isinstance(words, str),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in programs
    ]
    printed = [one.communicate() for one in started]
    assert not any(one.returncode for one in started), printed
    return [json.loads(output) for output, _ in printed]


@dataclass(frozen=True)
class Made:
    """A run, what came of it, and the command and the script that shall give the same."""

    arms: dict[str, Any]
    command: str
    script: str

    @classmethod
    def of(cls, run: Run, file: Path) -> Made:
        table = east.read_table(file, options=run.reading or ReadOptions())
        outcome = fit(prepare_choices(table, run.choices), run.config)
        return cls(
            summary(outcome)["arms"],
            command_for(run.config, run.choices, file.name, classes=outcome.classes, reading=run.reading),
            script_for(run.config, run.choices, file.name, reading=run.reading),
        )


def test_command_and_script_are_programs_that_reproduce_a_run_to_the_last_digit(file: Path) -> None:
    """With gains, for which the command is two programs of a shell."""
    made = Made.of(RUNS["gains"], file)
    command = made.command.replace("python -m", f"{shlex.quote(sys.executable)} -m") + " --json --quiet"
    for found in ran(command, [sys.executable, "-c", made.script], folder=file.parent):
        assert found["arms"] == made.arms


@pytest.mark.parametrize("name", ["usual", "class"])
def test_command_and_script_say_all_there_is_to_say_of_a_run(
    name: str, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Made.of(RUNS[name], file)
    monkeypatch.chdir(file.parent)
    python, flag, package, *words = shlex.split(made.command)
    assert (python, flag, package) == ("python", "-m", "east")
    assert main([*words, "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["arms"] == made.arms
    exec(made.script, {})
    assert json.loads(capsys.readouterr().out)["arms"] == made.arms


def test_a_script_says_arms_and_seeds_that_a_command_cannot() -> None:
    f1, mcc = east.metric("fbeta"), east.metric("mcc")
    arms = (Arm("east", f1, "offsets", members=2), Arm("focal", mcc))
    config = TrainConfig(f1, seeds=(3, 5), arms=arms)
    with pytest.raises(SettingError, match="cannot say this run: got arms"):
        command_for(config, Choices("label"), "table.csv")
    with pytest.raises(SettingError, match=r"got seeds \(3, 5\)"):
        command_for(TrainConfig(f1, seeds=(3, 5)), Choices("label"), "table.csv")
    with pytest.raises(SettingError, match="'-x'"):
        command_for(TrainConfig(f1), Choices("label", exclude=("-x",)), "table.csv")
    lines = script_for(config, Choices("label"), "table.csv").splitlines()
    names: dict[str, Any] = {"east": east}
    for start in ("metric =", "config ="):
        (line,) = [line for line in lines if line.startswith(start)]
        exec(line, names)
    assert names["config"] == config


def test_names_cannot_break_out_of_script_or_command() -> None:
    name = "'); import os; os._exit(3)  # \" \n $(false) `false`"
    tree = ast.parse(script_for(TrainConfig(east.metric("mcc")), Choices(name, exclude=(name,)), name))
    assert sum(isinstance(node, ast.Constant) and node.value == name for node in ast.walk(tree)) == 3
    words = shlex.split(command_for(TrainConfig(east.metric("mcc")), Choices(name, exclude=(name,)), name))
    assert [word for word in words if name in word] == [name, f"--target={name}", name]


def test_only_what_differs_from_the_defaults_is_written() -> None:
    line = command_for(TrainConfig(east.metric("mcc")), Choices("label"), "table.csv")
    assert line == "python -m east train table.csv --target=label --metric=mcc"
    script = script_for(TrainConfig(east.metric("mcc")), Choices("label"), "table.csv")
    assert "config = east.TrainConfig(metric)\n" in script
    assert "dataset = east.prepare(table, target='label')\n" in script


def test_ten_lines_put_the_loss_into_a_loop_of_ones_own() -> None:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(256, 4, generator=generator)
    targets = (inputs[:, 0] > 0.3).long() + (inputs[:, 1] > 0.8).long()
    network = torch.nn.Linear(4, 3)
    names = {
        "network": network,
        "optimiser": torch.optim.AdamW(network.parameters(), lr=0.05),
        "batches": list(zip(inputs.split(64), targets.split(64), strict=True)),
        "class_counts": torch.bincount(targets).tolist(),
        "epochs": 15,
    }
    before = (network(inputs).argmax(dim=1) == targets).float().mean()
    lines = torch_loop(east.metric("fbeta", beta=0.5))
    assert len([line for line in lines.splitlines() if line]) == 10
    exec(lines, names)
    after = (network(inputs).argmax(dim=1) == targets).float().mean()
    assert after > max(before, 0.7)
