"""The plan of a benchmark: tables, metrics, arms and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from east.benchmark.suites import BenchmarkTable, suite, table_from_text
from east.errors import SettingError, no_such
from east.losses import BASELINE, LOSSES
from east.metrics import Metric, metric
from east.references import REFERENCES
from east.rules import RULES
from east.training import MEMBERS, PLAIN_RULE, Arm, TrainConfig

METRICS = ("fbeta:beta=1", "fbeta:beta=0.25", "mcc", "accuracy")
USUAL_RULE = "offsets"
"""Without a choice of rules, cross-entropy also races with this one."""
SEEDS_APART = 1000
"""Distance between the seeds of the networks of one split, so that no two splits share a seed."""


@dataclass(frozen=True)
class Plan:
    """The tables, metrics, arms and seeds of a benchmark.

    Args:
        tables: at least one.
        metrics: each arm is trained for and judged by each of them.
        ways: (loss, rule, members) of each arm; losses and rules are keys of LOSSES and RULES.
        seeds: each has its own split, initialisation and batches, shared by all arms.
        settings: fields of TrainConfig that differ from its defaults.
        members: number of networks of each loss and metric on each split; a row has their mean score.
        references: (reference, rule) pairs to train on the same splits.
    """

    tables: tuple[BenchmarkTable, ...]
    metrics: tuple[Metric, ...]
    ways: tuple[tuple[str, str, int], ...]
    seeds: tuple[int, ...]
    settings: Mapping[str, Any]
    members: int = 1
    references: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> int:
        """Number of trainings."""
        return len(self.tables) * len(self.seeds)

    def arms(self, measure: Metric) -> tuple[Arm, ...]:
        """The arms that are trained for and judged by one metric."""
        return tuple(Arm(loss, measure, rule, members) for loss, rule, members in self.ways)

    def labels(self) -> dict[str, str]:
        """The label of each arm and reference, by its key in the rows."""
        named = {arm.key: arm.label for arm in self.arms(self.metrics[0])}
        for key, rule in self.references:
            label = REFERENCES[key].label
            named[reference_key(key, rule)] = (
                label if rule == PLAIN_RULE else f"{label} with {RULES[rule].label}"
            )
        return named

    def config(self, seed: int) -> TrainConfig:
        """The training of one split: the arms of all metrics, with `members` networks each."""
        arms = tuple(arm for measure in self.metrics for arm in self.arms(measure))
        seeds = tuple(seed + SEEDS_APART * place for place in range(self.members))
        return TrainConfig(metric=self.metrics[0], arms=arms, seeds=seeds, **self.settings)


def reference_key(key: str, rule: str) -> str:
    """Return the name of a reference under a rule, for people and files."""
    return key if rule == PLAIN_RULE else f"{key}+{rule}"


def plan(
    tables: Sequence[str] = (),
    suite_name: str = "development",
    metrics: Sequence[str] | None = None,
    losses: Sequence[str] | None = None,
    rules: Sequence[str] | None = None,
    seeds: int = 3,
    settings: Mapping[str, Any] | None = None,
    *,
    members: int = 1,
    references: Sequence[str] = (),
    shares: Sequence[float] | None = None,
) -> Plan:
    """Build a plan from the options of the command line.

    Args:
        tables: FILE:TARGET each; by default the tables of the suite.
        suite_name: a key of SUITES.
        metrics: such as "mcc" or "fbeta:beta=0.25,average=micro".
        losses: keys of LOSSES; cross-entropy by argmax always races.
        rules: keys of RULES; each loss races with each. By default argmax, and tuned offsets for cross-entropy.
        seeds: number of splits.
        settings: fields of TrainConfig.
        members: number of networks on each split; above 1, every arm also races as their ensemble.
        references: keys of REFERENCES, under the same rules.
        shares: shares of training, validation and test; by default each table's own.

    Raises:
        SettingError: for an unknown name or an invalid value.
    """
    chosen = tuple(table_from_text(text) for text in tables) or suite(suite_name)
    if shares is not None:
        train, validation, test = shares
        chosen = tuple(replace(table, shares=(train, validation, test)) for table in chosen)
    wanted = tuple(metric_from_text(text) for text in metrics or METRICS)
    if seeds < 1:
        raise SettingError("A benchmark needs at least one seed", seeds, "give for example 10")
    for what, names in (("metric", [one.label for one in wanted]), ("table", [one.name for one in chosen])):
        if len(set(names)) < len(names):
            raise SettingError(f"Give each {what} once", ", ".join(names))
    for key in references:
        if key not in REFERENCES:
            raise no_such("reference", key, REFERENCES)
    MEMBERS.check("members", members)
    made = Plan(
        chosen,
        wanted,
        _ways(losses, rules, members),
        tuple(range(seeds)),
        dict(settings or {}),
        members,
        tuple(product(references, rules or (PLAIN_RULE,))),
    )
    made.config(0)  # checks all settings before the first training
    return made


def _ways(
    losses: Sequence[str] | None, rules: Sequence[str] | None, members: int
) -> tuple[tuple[str, str, int], ...]:
    pairs = list(product(losses or LOSSES, rules or (PLAIN_RULE,)))
    pairs += [(BASELINE, PLAIN_RULE), *([] if rules or losses else [(BASELINE, USUAL_RULE)])]
    sizes = dict.fromkeys((1, members))
    return tuple(dict.fromkeys((loss, rule, size) for size in sizes for loss, rule in pairs))


def metric_from_text(text: str) -> Metric:
    """Build a metric from KEY or KEY:OPTION=VALUE,OPTION=VALUE.

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
