"""The command line that reproduces a run."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from east.dataset import Choices
from east.errors import SettingError
from east.metrics import METRICS, Metric
from east.tables import STANDARD_INPUT, ReadOptions
from east.training import OPTIONS, TrainConfig

NOT_AS_COMMAND = "The command line cannot say this run"
USE_SCRIPT = "take the Python script, which can"


def command_for(
    config: TrainConfig,
    choices: Choices,
    file: str,
    *,
    classes: Sequence[str] = (),
    reading: ReadOptions | None = None,
    references: Sequence[str] = (),
) -> str:
    """Write the line for a POSIX shell that trains the same again; the same machine gives the same numbers.

    Only what differs from the defaults is written.

    Args:
        config: of the training.
        choices: target, columns and split.
        file: the table's path, or "-" for standard input.
        classes: K names, needed where the metric is of one class.
        reading: how the file was read, where that was not found out.
        references: keys of REFERENCES that ran beside the race.

    Raises:
        SettingError: for what only a script can say (seeds that do not run from 0, a free list of arms, names
            that begin with a dash).
    """
    config = without_arms(config)
    words = ["python", "-m", "east", "train", _operand(file), f"--target={choices.target}"]
    words += _metric(config.metric, classes)
    words += ["--references", *references] if references else []
    words += [*_race(config), *_seeds(config.seeds)]
    words += [word for name in OPTIONS for word in _setting(name, config)]
    words += [*_split(choices), *_reading(reading)]
    matrix = _matrix(config.metric)
    if matrix and file == STANDARD_INPUT:
        raise SettingError(NOT_AS_COMMAND, "a table and a gain matrix from standard input", USE_SCRIPT)
    # A matrix comes in a file: here the one that the shell hands over.
    piped = f"printf '%s\\n' {shlex.join(' '.join(map(repr, row)) for row in matrix)} | " if matrix else ""
    return piped + shlex.join(words)


def _metric(metric: Metric, classes: Sequence[str]) -> Iterator[str]:
    yield f"--metric={metric.key}"
    options = METRICS[metric.key].options
    one_class = metric.options.get("class_index") is not None
    for name, value in metric.options.items():
        option = options[name]
        flag = option.flag or name.replace("_", "-")
        if value is None or (name == "average" and one_class):
            continue
        if option.kind == "class":
            yield f"--{flag}={_class(classes, value)}"
        elif option.kind == "matrix":
            yield f"--{flag}=/dev/stdin"
        else:
            yield f"--{flag}={_text(value)}"


def _class(classes: Sequence[str], place: int) -> str:
    if place >= len(classes):
        raise SettingError("The metric is of one class, and its name is not known", place, "give the classes")
    return classes[place]


def _matrix(metric: Metric) -> Sequence[Sequence[float]]:
    name = METRICS[metric.key].matrix_option
    return [[float(value) for value in row] for row in metric.options[name]] if name is not None else []


def _race(config: TrainConfig) -> list[str]:
    default = {each.name: each.default for each in fields(TrainConfig)}
    return [
        *(["--losses", *config.losses] if config.losses != default["losses"] else []),
        *(["--rules", *config.rules] if config.rules != default["rules"] else []),
    ]


def without_arms(config: TrainConfig) -> TrainConfig:
    """Say a race by its losses, rules and members instead of arm by arm.

    Raises:
        SettingError: for arms that are not each loss with each rule, alone and as ensembles of one size.
    """
    race = config.race
    named = replace(
        config,
        arms=None,
        losses=tuple(dict.fromkeys(arm.loss for arm in race)),
        rules=tuple(dict.fromkeys(arm.rule for arm in race)),
        members=max(arm.members for arm in race),
    )
    if named.race != race:
        raise SettingError(NOT_AS_COMMAND, "arms that are not each loss with each rule", USE_SCRIPT)
    return named


def _seeds(seeds: tuple[int, ...]) -> list[str]:
    if seeds != tuple(range(len(seeds))):
        raise SettingError(NOT_AS_COMMAND, f"seeds {seeds}, not 0 and up", USE_SCRIPT)
    return [f"--seeds={len(seeds)}"] if len(seeds) > 1 else []


def _setting(name: str, config: TrainConfig) -> list[str]:
    value, option = getattr(config, name), OPTIONS[name]
    default = next(each.default for each in fields(TrainConfig) if each.name == name)
    if value == default or value is None:
        return []
    flag = f"--{option.flag or name.replace('_', '-')}"
    return [flag, *map(_text, value)] if option.many else [f"{flag}={_text(value)}"]


def _split(choices: Choices) -> Iterator[str]:
    default = Choices(choices.target)
    if choices.exclude:
        yield from ("--exclude", *map(_name, choices.exclude))
    if choices.shares != default.shares:
        yield from ("--shares", *map(_text, choices.shares))
    if choices.seed != default.seed:
        yield f"--split-seed={choices.seed}"
    for name in ("rare", "missing_target", "bins", "group", "time"):
        value = getattr(choices, name)
        if value != getattr(default, name):
            yield f"--{name.replace('_', '-')}={value}"
    if choices.numeric_encoding != default.numeric_encoding:
        raise SettingError(
            NOT_AS_COMMAND, f"the encoding {choices.numeric_encoding!r} of numbers", USE_SCRIPT
        )


def _reading(reading: ReadOptions | None) -> Iterator[str]:
    for each in fields(ReadOptions) if reading is not None else ():
        value = getattr(reading, each.name)
        if isinstance(value, bool):
            yield f"--{each.name}={'yes' if value else 'no'}"
        elif value is not None:
            yield f"--{each.name}={value}"


def _text(value: Any) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)


def _operand(file: str) -> str:
    return f"./{file}" if file.startswith("-") and file != STANDARD_INPUT else file


def _name(name: str) -> str:
    if name.startswith("-"):
        raise SettingError(NOT_AS_COMMAND, f"the name {name!r}, which would be read as an option", USE_SCRIPT)
    return name
