"""The races of a benchmark: one training per table and seed, with lanes for all metrics and losses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import torch

from east.benchmark.cells import Cells
from east.benchmark.cluster import race_on_cluster
from east.benchmark.planning import Plan, reference_key
from east.benchmark.rows import Row
from east.benchmark.suites import BenchmarkTable
from east.dataset import Dataset, prepare
from east.metrics import Metric
from east.references import fit_reference, rows_of
from east.rules import confusion_matrices, fit_rule
from east.tables import Table
from east.training import ArmOutcome, Outcome, fit


@dataclass(frozen=True)
class _Scored:
    """Predictions on one part, `[lanes, n]`, and the true classes `[n]`."""

    predictions: np.ndarray
    targets: np.ndarray

    def score(self, metric: Metric, num_classes: int) -> float:
        """Return the mean of the lanes' scores."""
        matrices = confusion_matrices(self.targets, self.predictions, num_classes)
        return float(np.mean([metric.score(matrix) for matrix in matrices]))


def run(
    plan: Plan, jobs: int = 1, folder: Path | None = None, cluster: str | None = None
) -> Iterator[list[Row]]:
    """Run all races, and yield the rows of each table and seed when they are finished.

    Args:
        plan: the plan.
        jobs: number of processes, with one torch thread each; -1 is one per core. It does not change the rows.
        folder: folder of finished cells, which the same plan reuses when it runs again; None stores nothing.
        cluster: address of a Dask scheduler, whose workers run the races instead of processes here. On the same
            kind of processor it does not change the rows either.

    Raises:
        SettingError, ParallelError: for a cluster, as `race_on_cluster` says.
    """
    cells = Cells(folder, plan)
    wanted = [(table, seed) for table in plan.tables for seed in plan.seeds]
    kept = {key: cells.read(*key) for key in wanted}
    yield from (rows for rows in kept.values() if rows is not None)
    missing = [key for key, rows in kept.items() if rows is None]
    if cluster is not None and missing:
        found = race_on_cluster(cluster, _race, plan, missing)
    else:
        tasks = (joblib.delayed(_race)(plan, *key) for key in missing)
        found = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")(tasks)
    for rows in found:
        cells.write(rows)
        yield rows


def _race(plan: Plan, table: BenchmarkTable, seed: int) -> list[Row]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        made, target = table.make(seed)
        dataset = prepare(made, target, shares=table.shares, seed=seed)
        outcome = fit(dataset, plan.config(seed))
        beside = _references(plan, table, seed, made, dataset) if plan.references else []
    finally:
        torch.set_num_threads(threads)
    networks = list(dict.fromkeys(found.arm.networks for found in outcome.arms))
    in_order = sorted(outcome.arms, key=lambda found: networks.index(found.arm.networks))
    return [*(_row(table.name, seed, found, outcome) for found in in_order), *beside]


def _row(table: str, seed: int, found: ArmOutcome, outcome: Outcome) -> Row:
    arm, classes = found.arm, len(outcome.classes)
    return Row(
        table,
        arm.metric.label,
        arm.key,
        seed,
        _Scored(found.test_predictions, outcome.test_targets).score(arm.metric, classes),
        _Scored(found.validation_predictions, outcome.validation_targets).score(arm.metric, classes),
        found.lanes[0].best_step,
    )


def _references(plan: Plan, table: BenchmarkTable, seed: int, made: Table, dataset: Dataset) -> list[Row]:
    """Train each reference once, and apply each rule for each metric."""
    rows, found = rows_of(made, dataset), []
    fitted = {key: fit_reference(key, rows, seed) for key, _ in plan.references}
    targets = dataset.validation.targets
    for metric in plan.metrics:
        for key, rule in plan.references:
            on_validation, on_test = fitted[key].validation_probabilities, fitted[key].test_probabilities
            decision = fit_rule(rule, on_validation, targets, metric)
            score, validation_score = (
                _Scored(decision.decide(part)[None], labels).score(metric, dataset.num_classes)
                for part, labels in ((on_test, dataset.test.targets), (on_validation, targets))
            )
            name = reference_key(key, rule)
            found.append(Row(table.name, metric.label, name, seed, score, validation_score, 0))
    return found
