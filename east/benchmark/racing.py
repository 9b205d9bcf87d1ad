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
from east.dataset import prepare
from east.errors import SettingError
from east.losses import BASELINE, LOSSES
from east.metrics import Metric, metric
from east.rules import confusion_matrices
from east.training import PLAIN_RULE, Arm, ArmOutcome, Outcome, TrainConfig, fit

METRICS = ("fbeta:beta=1", "fbeta:beta=0.25", "mcc", "accuracy")
USUAL_RULE = "offsets"
"""Where no rules are asked for, cross-entropy races with this one too."""


@dataclass(frozen=True)
class Row:
    """One lane's result: a table, a metric, an arm and a seed.

    `arm` is the arm's key; `score` is on the test part, `validation_score` on the part that its checkpoint and
    its rule were chosen by.
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
        ways: (loss, rule) of each arm, keys of LOSSES and RULES.
        seeds: each has a split, initialisation and batches of its own, shared by all arms.
        settings: of TrainConfig, where they differ from its defaults.
    """

    tables: tuple[BenchmarkTable, ...]
    metrics: tuple[Metric, ...]
    ways: tuple[tuple[str, str], ...]
    seeds: tuple[int, ...]
    settings: Mapping[str, Any]

    @property
    def size(self) -> int:
        """Number of trainings."""
        return len(self.tables) * len(self.seeds)

    def arms(self, measure: Metric) -> tuple[Arm, ...]:
        """The arms that are trained for, and judged by, one metric."""
        return tuple(Arm(loss, measure, rule) for loss, rule in self.ways)

    @property
    def config(self) -> TrainConfig:
        """The training's settings but for the seed: the arms of all metrics."""
        arms = tuple(arm for measure in self.metrics for arm in self.arms(measure))
        return TrainConfig(metric=self.metrics[0], arms=arms, **self.settings)


def plan(
    tables: Sequence[str] = (),
    suite_name: str = "development",
    metrics: Sequence[str] | None = None,
    losses: Sequence[str] | None = None,
    rules: Sequence[str] | None = None,
    seeds: int = 3,
    settings: Mapping[str, Any] | None = None,
) -> Plan:
    """Understand the command line's words; what is missing has a default.

    Args:
        tables: FILE:TARGET each; none means the suite.
        suite_name: a key of SUITES.
        metrics: such as "mcc" or "fbeta:beta=0.25,average=micro".
        losses: keys of LOSSES; cross-entropy by argmax always takes part.
        rules: keys of RULES; each loss races with each. By default argmax, and tuned offsets on cross-entropy.
        seeds: how many.
        settings: of TrainConfig.

    Raises:
        SettingError: for whatever is unknown or cannot work.
    """
    chosen = tuple(table_from_text(text) for text in tables) or suite(suite_name)
    wanted = tuple(metric_from_text(text) for text in metrics or METRICS)
    ways = list(product(losses or LOSSES, rules or (PLAIN_RULE,)))
    ways += [(BASELINE, PLAIN_RULE), *([] if rules or losses else [(BASELINE, USUAL_RULE)])]
    if seeds < 1:
        raise SettingError("A benchmark needs a seed at least", seeds, "give for example 10")
    for what, names in (("metric", [one.label for one in wanted]), ("table", [one.name for one in chosen])):
        if len(set(names)) < len(names):
            raise SettingError(f"Give each {what} once", ", ".join(names))
    made = Plan(chosen, wanted, tuple(dict.fromkeys(ways)), tuple(range(seeds)), dict(settings or {}))
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
    networks = list(dict.fromkeys(found.arm.networks for found in outcome.arms))
    in_order = sorted(outcome.arms, key=lambda found: networks.index(found.arm.networks))
    return [_row(table.name, found, outcome) for found in in_order]


def _row(table: str, found: ArmOutcome, outcome: Outcome) -> Row:
    arm, lane = found.arm, found.lanes[0]
    score, validation_score = (
        _score(arm.metric, predictions, targets, len(outcome.classes))
        for predictions, targets in (
            (found.test_predictions, outcome.test_targets),
            (found.validation_predictions, outcome.validation_targets),
        )
    )
    return Row(table, arm.metric.label, arm.key, lane.seed, score, validation_score, lane.best_step)


def _score(metric: Metric, predicted: np.ndarray, targets: np.ndarray, num_classes: int) -> float:
    return metric.score(confusion_matrices(targets, predicted, num_classes)[0])
