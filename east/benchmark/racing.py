"""The races of a benchmark: one training a table and seed, with all metrics and losses as its lanes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import joblib
import numpy as np
import torch

from east.benchmark.suites import BenchmarkTable, suite, table_from_text
from east.comparison.arms import BASELINE, OFFSETS_SUFFIX, confusion_matrices
from east.dataset import prepare
from east.errors import SettingError
from east.losses import LOSSES
from east.metrics import Metric, metric
from east.rules import apply_offsets, tune_offsets
from east.training import Arm, LaneResult, Outcome, TrainConfig, fit

METRICS = ("fbeta:beta=1", "fbeta:beta=0.25", "mcc", "accuracy")
ARMS = (*LOSSES, BASELINE + OFFSETS_SUFFIX)


@dataclass(frozen=True)
class Row:
    """One lane's result: a table, a metric, an arm and a seed.

    `score` is on the test part, `validation_score` on the part the checkpoint (or the offsets) was chosen by.
    """

    table: str
    metric: str
    arm: str
    seed: int
    score: float
    validation_score: float
    best_step: int


@dataclass(frozen=True)
class Plan:
    """What is compared, and on what.

    Args:
        tables: at least one.
        metrics: each arm is trained for each of them and judged by it.
        arms: keys of LOSSES, each also as "key+offsets": the same model under offsets tuned on validation.
        seeds: each has a split, initialisation and batches of its own, shared by all arms.
        settings: of TrainConfig, where they differ from its defaults.
    """

    tables: tuple[BenchmarkTable, ...]
    metrics: tuple[Metric, ...]
    arms: tuple[str, ...]
    seeds: tuple[int, ...]
    settings: Mapping[str, Any]

    @property
    def size(self) -> int:
        """Number of trainings."""
        return len(self.tables) * len(self.seeds)

    @property
    def config(self) -> TrainConfig:
        """The training's settings but for the seed; what "+offsets" is put on is trained too."""
        losses = dict.fromkeys(arm.removesuffix(OFFSETS_SUFFIX) for arm in self.arms)
        lanes = tuple(Arm(loss, measure) for measure, loss in product(self.metrics, losses))
        return TrainConfig(metric=self.metrics[0], arms=lanes, **self.settings)


def plan(
    tables: Sequence[str] = (),
    suite_name: str = "development",
    metrics: Sequence[str] | None = None,
    losses: Sequence[str] | None = None,
    seeds: int = 3,
    settings: Mapping[str, Any] | None = None,
) -> Plan:
    """Understand the command line's words; what is missing has a default.

    Args:
        tables: FILE:TARGET each; none means the suite.
        suite_name: a key of SUITES.
        metrics: such as "mcc" or "fbeta:beta=0.25,average=micro".
        losses: keys of LOSSES, also with "+offsets"; cross-entropy always takes part.
        seeds: how many.
        settings: of TrainConfig.

    Raises:
        SettingError: for whatever is unknown or cannot work.
    """
    chosen = tuple(table_from_text(text) for text in tables) or suite(suite_name)
    wanted = tuple(metric_from_text(text) for text in metrics or METRICS)
    arms = tuple(dict.fromkeys((*(losses or ARMS), BASELINE)))
    if seeds < 1:
        raise SettingError("A benchmark needs a seed at least", seeds, "give for example 10")
    for what, names in (("metric", [one.label for one in wanted]), ("table", [one.name for one in chosen])):
        if len(set(names)) < len(names):
            raise SettingError(f"Give each {what} once", ", ".join(names))
    made = Plan(chosen, wanted, arms, tuple(range(seeds)), dict(settings or {}))
    made.config  # noqa: B018  (checks all settings before the first training)
    return made


def metric_from_text(text: str) -> Metric:
    """Build a metric of KEY or KEY:OPTION=VALUE,OPTION=VALUE.

    Raises:
        SettingError: for an unknown metric or option.
    """
    key, _, rest = text.partition(":")
    pairs = [pair.partition("=") for pair in rest.split(",") if pair]
    return metric(key, **{name: _number(value) for name, _, value in pairs})


def _number(text: str) -> float | int | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def run(plan: Plan, jobs: int = 1) -> Iterator[list[Row]]:
    """Race everything, yielding the rows of one table and seed as they are done.

    Args:
        plan: what to compare.
        jobs: processes, with one torch thread each; -1 is one a core. The rows do not depend on it.
    """
    tasks = (joblib.delayed(_race)(plan, table, seed) for table in plan.tables for seed in plan.seeds)
    yield from joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")(tasks)


def _race(plan: Plan, table: BenchmarkTable, seed: int) -> list[Row]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        made, target = table.make(seed)
        dataset = prepare(made, target, shares=table.shares, seed=seed)
        outcome = fit(dataset, replace(plan.config, seeds=(seed,)))
    finally:
        torch.set_num_threads(threads)
    return [
        _row(table.name, arm, lane, outcome)
        for lane, arm in product(outcome.lanes, plan.arms)
        if arm.removesuffix(OFFSETS_SUFFIX) == lane.loss
    ]


def _row(table: str, arm: str, lane: LaneResult, outcome: Outcome) -> Row:
    score, validation_score = lane.test_score, lane.best_score
    if arm.endswith(OFFSETS_SUFFIX):
        offsets = tune_offsets(lane.validation_probabilities, outcome.validation_targets, lane.metric)
        score, validation_score = (
            _score(lane.metric, apply_offsets(probabilities, offsets), targets, len(outcome.classes))
            for probabilities, targets in (
                (lane.test_probabilities, outcome.test_targets),
                (lane.validation_probabilities, outcome.validation_targets),
            )
        )
    return Row(table, lane.metric.label, arm, lane.seed, score, validation_score, lane.best_step)


def _score(metric: Metric, predicted: np.ndarray, targets: np.ndarray, num_classes: int) -> float:
    return metric.score(confusion_matrices(targets, predicted, num_classes))
