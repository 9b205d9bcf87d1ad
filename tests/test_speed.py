"""What the loss and a step cost beside cross-entropy; run on request with `-m benchmark -n 0 -s`."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from east.dataset import Dataset
from east.dataset.outline import Choices
from east.dataset.preparing import Part
from east.losses import build_loss
from east.metrics import metric
from east.training import TrainConfig, Training

pytestmark = [pytest.mark.benchmark, pytest.mark.usefixtures("one_thread")]
ROWS = 8192


def medians(actions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of this thread for each action, taken in turn; other processes do not count."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(rounds + 3):
        for name, action in actions.items():
            start = time.thread_time()
            action()
            if turn >= 3:
                seconds[name].append(time.thread_time() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def forward_and_backward(
    loss: Callable[[Tensor, Tensor], Tensor], logits: Tensor, targets: Tensor
) -> Callable[[], None]:
    def action() -> None:
        logits.grad = None
        loss(logits, targets).backward()

    return action


@pytest.mark.parametrize("key", ["fbeta", "mcc"])
@pytest.mark.parametrize(("classes", "limit"), [(10, 2.0), (26, 4.0), (100, 4.0)])
def test_forward_and_backward_against_cross_entropy(key: str, classes: int, limit: float) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(ROWS, classes, generator=generator).requires_grad_()
    targets = torch.randint(classes, (ROWS,), generator=generator)
    east = build_loss("east", metric(key), range(1, classes + 1))
    torch._dynamo.reset()
    losses: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "cross_entropy": functional.cross_entropy,
        "eager": lambda logits, targets: east(logits, targets, 0.3),
        "compiled": torch.compile(lambda logits, targets: east(logits, targets, 0.3), fullgraph=True),
    }
    actions = {name: forward_and_backward(loss, logits, targets) for name, loss in losses.items()}
    found = medians(actions, rounds=60)
    eager, compiled = (found[name] / found["cross_entropy"] for name in ("eager", "compiled"))
    microseconds = {name: round(value * 1e6) for name, value in found.items()}
    say(
        f"{key}, {ROWS} x {classes}: eager {eager:.2f}, compiled {compiled:.2f} times cross-entropy; {microseconds} us"
    )
    assert eager <= limit


def test_a_training_step_against_one_of_cross_entropy() -> None:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(ROWS, 20)).astype(np.float32)
    part = Part(features, generator.integers(10, size=ROWS), np.arange(ROWS))
    classes, names = tuple("abcdefghij"), tuple(f"x{place}" for place in range(20))
    data = Dataset("noise", "label", classes, names, part, part, part, cast(Any, None), (), Choices("label"))

    def steps(loss: str) -> Callable[[], None]:
        training = Training(
            data,
            TrainConfig(
                metric("fbeta"), (loss,), epochs=10_000, batch_size=1024, hidden=(128, 128), device="cpu"
            ),
        )
        return lambda: training.advance(5)

    found = medians({loss: steps(loss) for loss in ("east", "cross_entropy")}, rounds=40)
    ratio = found["east"] / found["cross_entropy"]
    say(f"a step, 1024 rows, 128-128, 10 classes: {ratio:.2f} times cross-entropy's")
    assert ratio <= 1.5


def say(line: str) -> None:
    print(line)  # noqa: T201 -- the figures are what this file is for
