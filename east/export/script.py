"""The Python script that reproduces a run, and the lines that put the loss into a loop of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from east.dataset import Choices
from east.metrics import Metric
from east.tables import ReadOptions
from east.training import Arm, TrainConfig


def script_for(
    config: TrainConfig, choices: Choices, file: str, *, reading: ReadOptions | None = None
) -> str:
    """Write the script that trains the same again and prints its results as JSON, as `train --json` does.

    Only what differs from the defaults is written; the same machine gives the same numbers.

    Args:
        config: of the training.
        choices: target, columns and split.
        file: the table's path.
        reading: how the file was read, where that was not found out.
    """
    read = (
        _call("ReadOptions", _changed(reading, ReadOptions())) if reading not in (None, ReadOptions()) else ""
    )
    asked = _changed(choices, Choices(choices.target))
    return "\n".join(
        [
            "import json",
            "",
            "import east",
            "from east.comparison import summary",
            *(["from east.tables import ReadOptions"] if read else []),
            "",
            f"table = east.read_table({file!r}{f', options={read}' if read else ''})",
            _call("dataset = east.prepare", {"table": None, "target": repr(choices.target), **asked}),
            f"metric = {metric_code(config.metric)}",
            _call("config = east.TrainConfig", dict(_settings(config))),
            "outcome = east.fit(dataset, config)",
            "print(json.dumps(summary(outcome)))",
            "",
        ]
    )


def torch_loop(metric: Metric) -> str:
    """Write the lines that train one's own network with EASTLoss for a metric.

    Their names `network`, `optimiser`, `batches` (inputs and class codes), `class_counts` and `epochs` are the
    reader's.
    """
    return f"""\
import east

metric = {metric_code(metric)}
loss = east.EASTLoss(metric, class_counts=class_counts)
steps = epochs * len(batches)
for epoch in range(epochs):
    for place, (inputs, targets) in enumerate(batches):
        progress = (epoch * len(batches) + place) / steps
        optimiser.zero_grad()
        loss(network(inputs), targets, progress=progress).backward()
        optimiser.step()
"""


def metric_code(metric: Metric) -> str:
    """Write the call that builds a metric."""
    options = {name: repr(value) for name, value in metric.options.items() if value is not None}
    return _call("east.metric", {repr(metric.key): None, **options})


def _settings(config: TrainConfig) -> Iterator[tuple[str, str | None]]:
    yield "metric", None
    for each in fields(TrainConfig):
        value = getattr(config, each.name)
        if each.name == "metric" or value == each.default:
            continue
        if each.name == "arms":
            arms = ", ".join(_arm(arm, config.metric) for arm in value)
            yield "arms", f"({arms},)"
        else:
            yield each.name, repr(value)


def _arm(arm: Arm, metric: Metric) -> str:
    measure = "metric" if arm.metric == metric else metric_code(arm.metric)
    changed = {"rule": repr(arm.rule)} if arm.rule != Arm.rule else {}
    members = {"members": repr(arm.members)} if arm.ensemble else {}
    return _call("east.Arm", {repr(arm.loss): None, measure: None, **changed, **members})


def _changed(settings: Any, default: Any) -> dict[str, str]:
    """Write the fields of a dataclass that differ from those of another."""
    values = {each.name: getattr(settings, each.name) for each in fields(settings)}
    return {name: repr(value) for name, value in values.items() if value != getattr(default, name)}


def _call(name: str, arguments: dict[str, Any]) -> str:
    """Write a call; an argument without a value stands alone."""
    written = [each if value is None else f"{each}={value}" for each, value in arguments.items()]
    return f"{name}({', '.join(written)})"
