"""The examples of `east/losses/README.md` run, and in each of them the progress advances by itself."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from east.annealing import Annealing, Sharpness

pytestmark = pytest.mark.usefixtures("one_thread")

TEXT = (Path(__file__).parents[1] / "east" / "losses" / "README.md").read_text(encoding="utf-8")
EPOCHS, BATCHES = 5, 6


def example(heading: str) -> str:
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    (code,) = re.findall(r"^```python\n(.*?)\n```$", section, re.MULTILINE | re.DOTALL)
    return str(code)


def run(heading: str, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], list[float]]:
    """Run an example; returns its names, and at which moments of the annealing its loss was called."""
    moments: list[float] = []
    original = Annealing.at

    def at(self: Annealing, progress: float) -> Sharpness:
        moments.append(progress)
        return original(self, progress)

    monkeypatch.setattr(Annealing, "at", at)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example(heading), heading, "exec"), names)
    return names, moments


@pytest.mark.parametrize("heading", ["PyTorch", "Lightning"])
def test_progress_advances_with_every_step(
    heading: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    _, moments = run(heading, monkeypatch)
    steps = EPOCHS * BATCHES
    assert moments == pytest.approx([step / steps for step in range(steps)])


def test_progress_advances_with_every_epoch_of_skorch_and_its_predictions_are_probabilities(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names, moments = run("skorch", monkeypatch)
    assert sorted(set(moments)) == pytest.approx([epoch / EPOCHS for epoch in range(EPOCHS)])
    assert all(earlier <= later for earlier, later in pairwise(moments))
    probabilities = names["probabilities"]
    assert probabilities.shape == (600, 3) and (probabilities > 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    module, features = names["classifier"].module_, names["torch"].as_tensor(names["features"])
    np.testing.assert_allclose(probabilities, module(features).softmax(dim=-1).detach().numpy(), rtol=1e-5)


def test_an_example_says_in_three_lines_at_most_how_progress_advances() -> None:
    for heading in ("PyTorch", "skorch", "Lightning"):
        assert 1 <= example(heading).count("# progress") <= 3


def test_the_example_of_several_processes_is_python_that_names_what_there_is() -> None:
    """Its ranks are trained in `test_loss_parallel`."""
    names: dict[str, Any] = {}
    exec(compile(example("Several processes"), "example", "exec"), names)
    assert callable(names["train"]) and callable(names["nn"].parallel.DistributedDataParallel)
    assert callable(names["east"].EASTLoss) and callable(names["distributed"].init_process_group)
