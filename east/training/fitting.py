"""A training from start to end in one call: `fit`, and `train`, which shows every evaluation on the way."""

from __future__ import annotations

from collections.abc import Generator

from east.dataset import Dataset
from east.training.config import TrainConfig
from east.training.engine import Training
from east.training.outcome import Outcome
from east.training.snapshot import Snapshot


def train(dataset: Dataset, config: TrainConfig) -> Generator[Snapshot, None, Outcome]:
    """Train every lane in lockstep, yielding a snapshot at each evaluation; returns the outcome.

    A `for` loop gets the snapshots; the generator's return value is the `Outcome` (`fit` returns it directly).

    Raises:
        SettingError: for a device that this machine lacks, or a metric that does not fit the classes.
    """
    training = Training(dataset, config)
    yield from training.snapshots()
    return training.outcome()


def fit(dataset: Dataset, config: TrainConfig) -> Outcome:
    """Train to the end without snapshots, and return the outcome."""
    training = Training(dataset, config)
    training.advance(training.total_steps)
    return training.outcome()
