"""Settings of a training as plain JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from east.dataset import Choices
from east.metrics import Metric, metric
from east.training import OPTIONS, Arm, TrainConfig


def config_to_json(config: TrainConfig) -> dict[str, Any]:
    """Return a configuration as plain data that JSON can hold."""
    arms = None if config.arms is None else [arm_to_json(arm) for arm in config.arms]
    named = {name: listed(getattr(config, name)) for name in ("losses", "seeds", "rules", *OPTIONS)}
    return {"metric": metric_to_json(config.metric), **named, "arms": arms}


def config_from_json(data: Mapping[str, Any]) -> TrainConfig:
    """Rebuild a configuration from what `config_to_json` returned."""
    arms = None if data["arms"] is None else tuple(arm_from_json(arm) for arm in data["arms"])
    named = {name: tupled(value) for name, value in data.items() if name not in ("metric", "arms")}
    return TrainConfig(metric=metric_from_json(data["metric"]), **named, arms=arms)


def metric_to_json(measure: Metric) -> dict[str, Any]:
    """Return a metric as its key and options."""
    return {"key": measure.key, "options": {name: listed(value) for name, value in measure.options.items()}}


def metric_from_json(data: Mapping[str, Any]) -> Metric:
    """Rebuild a metric from its key and options."""
    return metric(data["key"], **{name: tupled(value) for name, value in data["options"].items()})


def arm_to_json(arm: Arm) -> dict[str, Any]:
    """Return an arm as plain data."""
    named = {"loss": arm.loss, "rule": arm.rule, "members": arm.members}
    return {**named, "metric": metric_to_json(arm.metric)}


def arm_from_json(data: Mapping[str, Any]) -> Arm:
    """Rebuild an arm."""
    return Arm(data["loss"], metric_from_json(data["metric"]), data["rule"], data["members"])


def choices_to_json(choices: Choices) -> dict[str, Any]:
    """Return what was asked of a table as plain data."""
    return {name: listed(value) for name, value in asdict(choices).items()}


def choices_from_json(data: Mapping[str, Any]) -> Choices:
    """Rebuild what was asked of a table."""
    return Choices(**{name: tupled(value) for name, value in data.items()})


def listed(value: Any) -> Any:
    """Turn tuples into lists, all the way down."""
    return [listed(item) for item in value] if isinstance(value, tuple | list) else value


def tupled(value: Any) -> Any:
    """Turn lists into tuples, all the way down."""
    return tuple(tupled(item) for item in value) if isinstance(value, tuple | list) else value
