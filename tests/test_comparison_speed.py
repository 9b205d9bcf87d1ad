"""What a grid and a frontier cost beside the same runs one by one; run on request with `-m benchmark -n 0 -s`."""

import time
from collections.abc import Callable

import pandas as pd
import pytest
from sklearn.datasets import make_classification

from east.comparison import frontier, frontier_config, grid, grid_config
from east.dataset import Dataset, prepare_arrays
from east.metrics import metric
from east.training import Arm, Outcome, TrainConfig, fit

pytestmark = [pytest.mark.benchmark, pytest.mark.usefixtures("one_thread")]
F1 = metric("fbeta")
FIVE = (F1, metric("accuracy"), metric("mcc"), metric("fbeta", beta=0.25), metric("balanced_accuracy"))
LIMIT = 0.6
# Half of the usual steps: what a step costs does not hang on how many there are.
EPOCHS = 60


@pytest.fixture(scope="module")
def table() -> Dataset:
    features, targets = make_classification(
        5000, 20, n_informative=10, n_classes=6, class_sep=0.8, random_state=0
    )
    columns = [f"x{place}" for place in range(20)]
    return prepare_arrays(pd.DataFrame(features, columns=columns), targets, seed=0)


def seconds(action: Callable[[], object]) -> float:
    """Seconds that this thread, the only one, was at work: what others do on the machine does not count."""
    start = time.thread_time()
    action()
    return time.thread_time() - start


def alone(table: Dataset, arm: Arm, seed: int, epochs: int = EPOCHS) -> Outcome:
    return fit(table, TrainConfig(arm.metric, (arm.loss,), (seed,), epochs=epochs, device="cpu"))


@pytest.mark.parametrize("kind", ["grid", "frontier"])
def test_one_training_costs_less_than_its_runs_one_by_one(table: Dataset, kind: str) -> None:
    plain = TrainConfig(F1, seeds=(0, 1, 2), epochs=EPOCHS, device="cpu")
    config = grid_config(FIVE, plain) if kind == "grid" else frontier_config(plain)
    alone(table, config.race[0], 0, epochs=2)  # the first call of anything is slow
    outcomes: list[Outcome] = []
    together = seconds(lambda: outcomes.append(fit(table, config)))
    judging = seconds(lambda: grid(outcomes[0]) if kind == "grid" else frontier(outcomes[0]))
    runs = [(arm, seed) for arm in config.race for seed in config.seeds]
    apart = seconds(lambda: [alone(table, arm, seed) for arm, seed in runs])
    share = (together + judging) / apart
    say(
        f"{kind}: {len(runs)} lanes, {outcomes[0].steps} steps: {together:.1f} s in one training and {judging:.1f} s "
        f"to judge it, {apart:.1f} s one by one: {share:.2f} of it"
    )
    assert share <= LIMIT


def say(line: str) -> None:
    print(line)  # noqa: T201 -- the figures are what this file is for
