"""Speed of the loss and of lockstep training, each measured against a baseline in the same process."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from statistics import median

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from east.dataset import Dataset, prepare_arrays
from east.losses import LOSSES, Loss, build_loss
from east.metrics import metric
from east.training import TrainConfig, Training
from east.training.devices import resolve_device

CPU = torch.device("cpu")
BATCH = 512
ARMS = 6
LAYERS = ((30, 64), (64, 64), (64, 6))
Timed = Callable[[], object]


@dataclass(frozen=True)
class Sizes:
    """Sizes of the measurements: rows of the loss, rows per training step, trainings in lockstep."""

    loss_rows: int = 8192
    step_batch: int = 1024
    steps: int = 50
    lanes: int = 30
    lane_rows: int = 20_000


def speed_lines(
    *, rounds: int = 9, compiled: bool = True, sizes: Sizes | None = None, device: str = "cpu"
) -> Iterator[str]:
    """Measure on one CPU thread or on another device, and yield lines of text.

    Args:
        rounds: number of timings of each function, taken in turns; the median counts.
        compiled: whether to measure torch.compile too; it needs a C++ compiler and takes a minute.
        sizes: sizes of the measurements.
        device: "auto" (cuda, else mps, else cpu) or a torch device; one thread drives it.

    Raises:
        SettingError: for a device that this machine lacks.
    """
    sizes, place = sizes or Sizes(), resolve_device(device)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield _machine(rounds, place)
        for num_classes in (10, 26, 100):
            yield from _losses(sizes, num_classes, rounds, compiled, place)
        yield _step(sizes, rounds, place)
        yield from _lanes(sizes, max(1, rounds // 3), place)
    finally:
        torch.set_num_threads(threads)


def medians(timed: Mapping[str, Timed], rounds: int, device: torch.device = CPU) -> dict[str, float]:
    """Time functions in turns, so that other load on the machine affects all equally; returns seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(rounds + 1):
        for name, function in timed.items():
            _wait_for(device)
            start = time.perf_counter()
            function()
            _wait_for(device)
            seconds[name].append(time.perf_counter() - start)
    # The first round warms up the caches.
    return {name: median(values[1:]) for name, values in seconds.items()}


def _wait_for(device: torch.device) -> None:
    """Wait until a device has done all work that it was given."""
    if device.type != "cpu":
        getattr(torch, device.type).synchronize()


def _machine(rounds: int, device: torch.device) -> str:
    size = 1024
    left, right = torch.rand(size, size, device=device), torch.rand(size, size, device=device)
    seconds = medians({"product": lambda: left @ right}, rounds, device)["product"]
    rate = 2 * size**3 / seconds / 1e9
    where = "one thread" if device == CPU else str(device)
    if device.type == "cuda":
        where = torch.cuda.get_device_name(device)
    return f"machine: torch {torch.__version__}, {where}, {rate:.0f} GFLOP/s in a {size} x {size} float32 product"


def _losses(
    sizes: Sizes, num_classes: int, rounds: int, compiled: bool, device: torch.device
) -> Iterator[str]:
    """Time forward and backward of EAST against torch's own cross-entropy."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(sizes.loss_rows, num_classes, generator=generator).to(device).requires_grad_()
    targets = torch.randint(num_classes, (sizes.loss_rows,), generator=generator).to(device)
    east = build_loss("east", metric("fbeta"), range(1, num_classes + 1)).to(device)
    name = f"loss, forward and backward, {sizes.loss_rows} x {num_classes}"
    yield _loss_line(f"{name}, eager", east, functional.cross_entropy, logits, targets, rounds)
    if compiled:
        yield _compiled_line(f"{name}, compiled", east, logits, targets, rounds)


def _compiled_line(name: str, east: Loss, logits: Tensor, targets: Tensor, rounds: int) -> str:
    other = functional.cross_entropy
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the compiler has warnings of its own
        try:
            pair = torch.compile(east, fullgraph=True), torch.compile(other, fullgraph=True)
            return _loss_line(name, *pair, logits, targets, rounds)
        except Exception as error:  # any error of a missing or broken compiler
            return f"{name}: not measured ({str(error).splitlines()[0][:120]})"


def _loss_line(
    name: str,
    east: Callable[[Tensor, Tensor], Tensor],
    cross_entropy: Callable[[Tensor, Tensor], Tensor],
    logits: Tensor,
    targets: Tensor,
    rounds: int,
) -> str:
    def backward(loss: Callable[[Tensor, Tensor], Tensor]) -> Timed:
        def timed() -> None:
            for _ in range(10):
                torch.autograd.grad(loss(logits, targets), logits)

        return timed

    seconds = medians({"east": backward(east), "other": backward(cross_entropy)}, rounds, logits.device)
    return _line(name, "EAST", seconds["east"] / 10, "cross-entropy", seconds["other"] / 10)


def _step(sizes: Sizes, rounds: int, device: torch.device) -> str:
    """Time complete training steps."""
    dataset = _dataset(rows=6 * sizes.step_batch, features=30, num_classes=10)

    def steps(loss: str) -> Timed:
        config = TrainConfig(
            metric("fbeta"),
            (loss,),
            epochs=10**6,
            batch_size=sizes.step_batch,
            hidden=(128, 128),
            device=str(device),
        )
        race = Training(dataset, config)
        return lambda: race.advance(sizes.steps)

    seconds = medians({loss: steps(loss) for loss in ("east", "cross_entropy")}, rounds, device)
    east, other = seconds["east"] / sizes.steps, seconds["cross_entropy"] / sizes.steps
    name = f"training step, MLP 128-128, batch {sizes.step_batch}, 10 classes"
    return _line(name, "EAST", east, "cross-entropy", other)


def _lanes(sizes: Sizes, rounds: int, device: torch.device) -> Iterator[str]:
    """Time one epoch of many trainings: in lockstep, one after the other by index, and by DataLoader."""
    dataset = _dataset(rows=sizes.lane_rows, features=30, num_classes=6)
    arms = tuple(LOSSES)[:ARMS]
    alone = _race(dataset, ("cross_entropy",), sizes.lanes, device)
    mixed = _race(dataset, arms, sizes.lanes // ARMS, device)
    steps = len(dataset.train) // BATCH

    def one_by_one(epoch: Callable[[Dataset, torch.device], None]) -> Timed:
        def timed() -> None:
            for _ in range(sizes.lanes):
                epoch(dataset, device)

        return timed

    loops = {
        "cross-entropy lanes": lambda: alone.advance(steps),
        f"lanes of {ARMS} losses": lambda: mixed.advance(steps),
        "one by one by index": one_by_one(_epoch_by_index),
        "one by one by DataLoader": one_by_one(_epoch_by_loader),
    }
    seconds = medians(loops, rounds, device)
    products = sizes.lanes * steps * BATCH * sum(size_in * size_out for size_in, size_out in LAYERS)
    rate = 6 * products / seconds["cross-entropy lanes"] / 1e9
    yield (
        f"one epoch of {sizes.lanes} trainings: {len(dataset.train):,} x {dataset.num_features}, 6 classes, "
        f"MLP 64-64, batch {BATCH}; cross-entropy lanes do {rate:.0f} GFLOP/s of matrix products"
    )
    for loop, lanes in product(tuple(loops)[2:], tuple(loops)[:2]):
        yield _line("one epoch", loop, seconds[loop], lanes, seconds[lanes])


def _race(dataset: Dataset, losses: tuple[str, ...], seeds: int, device: torch.device) -> Training:
    many = 10**6  # enough epochs for every round
    config = TrainConfig(
        metric("fbeta"),
        losses,
        tuple(range(seeds)),
        epochs=many,
        batch_size=BATCH,
        hidden=(64, 64),
        device=str(device),
    )
    return Training(dataset, config)


def _epoch_by_index(dataset: Dataset, device: torch.device) -> None:
    features = torch.as_tensor(dataset.train.features, device=device)
    targets = torch.as_tensor(dataset.train.targets, device=device)
    model, optimiser = _ordinary(dataset, device)
    order = torch.randperm(len(targets), generator=torch.Generator().manual_seed(0)).to(device)
    for rows in order.split(BATCH)[: len(targets) // BATCH]:
        _ordinary_step(model, optimiser, features[rows], targets[rows])


def _epoch_by_loader(dataset: Dataset, device: torch.device) -> None:
    from torch.utils.data import DataLoader, TensorDataset

    rows = TensorDataset(torch.as_tensor(dataset.train.features), torch.as_tensor(dataset.train.targets))
    model, optimiser = _ordinary(dataset, device)
    order = torch.Generator().manual_seed(0)
    for features, targets in DataLoader(
        rows, batch_size=BATCH, shuffle=True, drop_last=True, generator=order
    ):
        _ordinary_step(model, optimiser, features.to(device), targets.to(device))


def _ordinary(dataset: Dataset, device: torch.device) -> tuple[nn.Module, torch.optim.Optimizer]:
    model = nn.Sequential(
        nn.Linear(dataset.num_features, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(),
        nn.Linear(64, dataset.num_classes),
    ).to(device)  # fmt: skip
    fused = device.type in ("cpu", "cuda")
    return model, torch.optim.AdamW(model.parameters(), lr=3e-3, fused=fused)


def _ordinary_step(
    model: nn.Module, optimiser: torch.optim.Optimizer, features: Tensor, targets: Tensor
) -> None:
    optimiser.zero_grad()
    functional.cross_entropy(model(features), targets).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()


def _dataset(rows: int, features: int, num_classes: int) -> Dataset:
    """Make a table of noise with about `rows` training rows; speed does not depend on the values."""
    generator = np.random.default_rng(0)
    size = rows * 5 // 4
    frame = pd.DataFrame(generator.normal(size=(size, features)), columns=[f"x{i}" for i in range(features)])
    return prepare_arrays(frame, generator.integers(num_classes, size=size), shares=(0.8, 0.1, 0.1))


def _line(name: str, first: str, first_s: float, second: str, second_s: float) -> str:
    return (
        f"{name}: {first} {_seconds(first_s)}, {second} {_seconds(second_s)}, ratio {first_s / second_s:.2f}"
    )


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.2f} ms"
