"""The Python script that reproduces a run, and the lines that put the loss into a loop of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from east.dataset import Choices
from east.metrics import Metric
from east.tables import ReadOptions
from east.training import Arm, TrainConfig

MADE_IMPORTS = (
    "from east.comparison import summary",
    "from east.dataset import with_test",
    "from east.synthetic import make_problem",
)


@dataclass(frozen=True)
class MadeRows:
    """Where the rows of a made problem come from.

    Args:
        problem: its settings, `Problem.settings`.
        rows, seed: of the table it draws to train and validate on.
        test_rows, test_seed: of the fresh rows it is judged on.
    """

    problem: Mapping[str, object]
    rows: int
    seed: int
    test_rows: int
    test_seed: int


def script_for(
    config: TrainConfig, choices: Choices, source: str | MadeRows, *, reading: ReadOptions | None = None
) -> str:
    """Write the script that trains the same again and prints its results as JSON, as `train --json` does.

    Only what differs from the defaults is written; the same machine gives the same numbers.

    Args:
        config: of the training.
        choices: target, columns and split.
        source: the table's path, or the rows of a made problem.
        reading: how the file was read, where that was not found out.
    """
    arguments = {"table": None, "target": repr(choices.target), **_changed(choices, Choices(choices.target))}
    prepared = _call("east.prepare", arguments)
    if isinstance(source, MadeRows):
        return _script(config, MADE_IMPORTS, _made(source, prepared))
    options = _changed(reading, ReadOptions()) if reading is not None else {}
    read = {repr(source): None, **({"options": _call("ReadOptions", options)} if options else {})}
    imports = [
        "from east.comparison import summary",
        *(["from east.tables import ReadOptions"] if options else []),
    ]
    return _script(config, imports, [_call("table = east.read_table", read), f"dataset = {prepared}"])


def _made(source: MadeRows, prepared: str) -> list[str]:
    """Write the lines that draw the rows of a made problem."""
    problem = {name: repr(value) for name, value in source.problem.items()}
    test = _call("problem.table", {repr(source.test_rows): None, "seed": repr(source.test_seed)})
    return [
        _call("problem = make_problem", problem),
        _call("table = problem.table", {repr(source.rows): None, "seed": repr(source.seed)}),
        _call("dataset = with_test", {prepared: None, test: None}),
    ]


def _script(config: TrainConfig, imports: Sequence[str], data: Sequence[str]) -> str:
    """Put the lines that make the dataset into a whole script."""
    return "\n".join(
        [
            "import json",
            "",
            "import east",
            *imports,
            "",
            *data,
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
