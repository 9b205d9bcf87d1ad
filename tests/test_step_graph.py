"""Steps from a recorded graph are the steps that the kernels would take one at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from east.annealing import Annealing, Sharpness
from east.dataset import Dataset, prepare_arrays
from east.losses import LOSSES, build_loss
from east.metrics import METRICS, metric
from east.training import Outcome, TrainConfig, Training, step_graph
from east.training.step import Batch, Moment, Step, Taken

pytestmark = pytest.mark.usefixtures("one_thread")
needs_cuda = (
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
)
on_cuda = [pytest.param("cuda", marks=needs_cuda)]


def dataset() -> Dataset:
    generator = np.random.default_rng(5)
    targets = generator.choice(3, 400, p=[0.6, 0.3, 0.1])
    features = generator.normal(size=(3, 5))[targets] + generator.normal(size=(400, 5))
    return prepare_arrays(pd.DataFrame(features).add_prefix("x"), targets)


def training(data: Dataset, **options: Any) -> Training:
    given: dict[str, Any] = {"losses": tuple(LOSSES), "seeds": (0, 3), "epochs": 6, "batch_size": 64}
    return Training(data, TrainConfig(metric("fbeta"), **(given | {"hidden": (12, 8)} | options)))


def outcome(one: Training) -> Outcome:
    one.advance(one.total_steps)
    return one.outcome()


def assert_same(one: Outcome, other: Outcome, tolerance: float = 0.0) -> None:
    for lane, twin in zip(one.lanes, other.lanes, strict=True):
        for name in ("validation_probabilities", "test_probabilities", "test_soft"):
            np.testing.assert_allclose(getattr(lane, name), getattr(twin, name), rtol=0, atol=tolerance)


class InTensors:
    """Gives a step its numbers as tensors, as a graph does."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def __call__(self, batch: Batch, moment: Moment) -> Taken:
        return self._step(batch, Moment(*torch.tensor([*moment]).unbind()))


def test_a_step_given_tensors_is_the_step_given_numbers() -> None:
    data = dataset()
    expected, training_by_tensors = outcome(training(data, device="cpu")), training(data, device="cpu")
    step = training_by_tensors._take
    assert isinstance(step, Step)
    training_by_tensors._take = InTensors(step)  # type: ignore[assignment]
    assert_same(outcome(training_by_tensors), expected, 1e-4)


@pytest.mark.parametrize("shape", ["linear", "geometric"])
@pytest.mark.parametrize("progress", [-0.5, 0.0, 0.3, 1.0, 1.5])
def test_an_annealing_at_a_tensor_is_that_at_the_number(shape: Any, progress: float) -> None:
    path = Annealing(Sharpness(0.4, 1.0), Sharpness(0.05, 0.1), shape)
    by_number, by_tensor = path.at(progress), path.at(torch.tensor(progress, dtype=torch.float64))
    assert float(by_tensor.delta) == pytest.approx(by_number.delta, abs=1e-12)
    assert float(by_tensor.omega) == pytest.approx(by_number.omega, abs=1e-12)


@pytest.mark.parametrize("loss_key", LOSSES)
def test_a_loss_at_a_tensor_is_that_at_the_number(loss_key: str) -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(3, 50, 4, generator=generator).requires_grad_()
    targets = torch.randint(4, (3, 50), generator=generator)
    loss = build_loss(loss_key, metric("mcc"), (20, 10, 15, 5))
    values, gradients = [], []
    for progress in (0.4, torch.tensor(0.4)):
        values.append(loss(logits, targets, progress))
        gradients.append(torch.autograd.grad(values[-1].sum(), logits)[0])
    torch.testing.assert_close(*values, rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(*gradients, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("device", on_cuda)
@pytest.mark.parametrize(
    "options", [{}, {"dropout": 0.2}, {"precision": "bfloat16"}, {"hidden": ()}], ids=str
)
def test_a_graph_takes_the_steps_that_single_kernels_take(
    monkeypatch: pytest.MonkeyPatch, device: str, options: dict[str, Any]
) -> None:
    data = dataset()
    recorded = training(data, device=device, **options)
    by_graph = outcome(recorded)
    assert recorded._take._graph is not None  # type: ignore[union-attr]
    monkeypatch.setattr(step_graph, "STEPS_BEFORE", 10**9)
    assert_same(by_graph, outcome(training(data, device=device, **options)))


@pytest.mark.parametrize("device", on_cuda)
@pytest.mark.parametrize("metric_key", METRICS)
def test_every_metric_and_loss_can_be_recorded_and_learns_what_the_cpu_learns(
    device: str, metric_key: str
) -> None:
    data = dataset()
    gains = METRICS[metric_key].matrix_option
    options = {} if gains is None else {gains: np.eye(3).tolist()}
    config: dict[str, Any] = {
        "losses": tuple(LOSSES),
        "seeds": (0,),
        "epochs": 4,
        "batch_size": 64,
        "hidden": (8,),
    }
    one, other = (
        outcome(Training(data, TrainConfig(metric(metric_key, **options), device=name, **config)))
        for name in (device, "cpu")
    )
    assert_same(one, other, 2e-2)


@pytest.mark.parametrize("device", on_cuda)
def test_a_training_is_resumed_on_the_device_as_if_it_had_gone_on(device: str) -> None:
    data = dataset()
    whole, first, second = (training(data, device=device) for _ in range(3))
    first.advance(10)
    second.advance(5)  # of which some were recorded
    second.resume(first.state())
    assert_same(outcome(second), outcome(whole))


@pytest.mark.parametrize("device", on_cuda)
def test_two_trainings_at_once_record_and_learn_as_one_alone(device: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    data = dataset()
    alone = outcome(training(data, device=device))
    with ThreadPoolExecutor(4) as pool:
        for together in pool.map(lambda _: outcome(training(data, device=device)), range(8)):
            assert_same(together, alone)
