"""A run's moments and outcome as bytes, and back: JSON for what is said, arrays for what is counted."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from east.dataset import Encoder, Regions
    from east.metrics import Metric
    from east.training import LaneResult, Outcome, Snapshot, TrainConfig

Arrays = Mapping[str, NDArray[Any]]
_STACKED = (
    "validation_probabilities", "test_probabilities", "validation_hard", "test_hard", "test_soft",
)  # fmt: skip
_PLAIN = ("best_step", "best_score", "test_score")


def to_bytes(data: object) -> bytes:
    """Write plain data."""
    return json.dumps(data, allow_nan=False, separators=(",", ":")).encode()


def arrays_to_bytes(arrays: Arrays) -> bytes:
    """Write arrays by name."""
    from safetensors.numpy import save

    return save({name: np.ascontiguousarray(array).reshape(array.shape) for name, array in arrays.items()})


def arrays_from_bytes(data: bytes) -> dict[str, NDArray[Any]]:
    """Read arrays by name; nothing in the bytes is executed."""
    from safetensors.numpy import load

    return load(data)


def config_named(config: TrainConfig, classes: Sequence[str]) -> TrainConfig:
    """Let metrics name their class again, which JSON does not carry."""
    arms = (
        None
        if config.arms is None
        else tuple(replace(arm, metric=arm.metric.named(classes)) for arm in config.arms)
    )
    return replace(config, metric=config.metric.named(classes), arms=arms)


def moment_to_bytes(snapshot: Snapshot) -> bytes:
    """Write one moment of a training, with its decision regions."""
    from east.export.history import snapshot_to_json

    regions = [None if arm.regions is None else _regions_to_json(arm.regions) for arm in snapshot.arms]
    return zlib.compress(to_bytes({"moment": snapshot_to_json(snapshot), "regions": regions}), 1)


def moment_from_bytes(data: bytes, classes: Sequence[str]) -> Snapshot:
    """Read one moment of a training."""
    from east.export.history import snapshot_from_json

    found = json.loads(zlib.decompress(data))
    snapshot = snapshot_from_json(found["moment"])
    arms = []
    for arm, regions in zip(snapshot.arms, found["regions"], strict=True):
        measure = arm.arm.metric.named(classes)
        lanes = tuple(replace(lane, metric=lane.metric.named(classes)) for lane in arm.lanes)
        drawn = None if regions is None else _regions_from_json(regions)
        arms.append(replace(arm, arm=replace(arm.arm, metric=measure), lanes=lanes, regions=drawn))
    return replace(snapshot, arms=tuple(arms))


def outcome_to_parts(outcome: Outcome) -> tuple[dict[str, Any], Arrays]:
    """Take an outcome apart, without its encoder: that one holds values of cells."""
    lanes = outcome.lanes
    arrays = {name: np.stack([getattr(lane, name) for lane in lanes]) for name in _STACKED}
    for layer in range(len(lanes[0].weights)):
        for place, kind in enumerate(("weight", "bias")):
            arrays[f"{kind}.{layer}"] = np.stack([lane.weights[layer][place] for lane in lanes])
    arrays["validation_targets"], arrays["test_targets"] = outcome.validation_targets, outcome.test_targets
    about = {
        "steps": outcome.steps,
        "elapsed_s": outcome.elapsed_s,
        "device": outcome.device,
        "layers": len(lanes[0].weights),
        "lanes": [{name: _number(getattr(lane, name)) for name in _PLAIN} for lane in lanes],
        "rules": [[rule.to_json() for rule in found.rules] for found in outcome.arms],
    }
    return about, arrays


def outcome_from_parts(
    about: Mapping[str, Any], arrays: Arrays, config: TrainConfig, classes: tuple[str, ...], encoder: Encoder
) -> Outcome:
    """Put an outcome together again."""
    from east.rules import DecisionRule
    from east.training import ArmOutcome, Outcome

    seeds = len(config.seeds)
    lanes = {
        arm: tuple(
            _lane(about, arrays, place * seeds + each, arm.loss, arm.metric, seed)
            for each, seed in enumerate(config.seeds)
        )
        for place, arm in enumerate(config.networks)
    }
    arms = tuple(
        ArmOutcome(arm, lanes[arm.networks], tuple(map(DecisionRule.from_json, rules)))
        for arm, rules in zip(config.race, about["rules"], strict=True)
    )
    return Outcome(
        metric=config.metric,
        classes=classes,
        arms=arms,
        validation_targets=arrays["validation_targets"],
        test_targets=arrays["test_targets"],
        steps=about["steps"],
        elapsed_s=about["elapsed_s"],
        device=about["device"],
        encoder=encoder,
        config=config,
    )


def _lane(
    about: Mapping[str, Any], arrays: Arrays, place: int, loss: str, measure: Metric, seed: int
) -> LaneResult:
    from east.training import LaneResult

    weights = tuple(
        (arrays[f"weight.{layer}"][place], arrays[f"bias.{layer}"][place]) for layer in range(about["layers"])
    )
    stacked = {name: arrays[name][place] for name in _STACKED}
    plain = about["lanes"][place]
    return LaneResult(loss=loss, metric=measure, seed=seed, weights=weights, **stacked, **plain)


def _number(value: float) -> float:
    """Return a plain number; a score is always finite, for matrices are."""
    return int(value) if isinstance(value, int | np.integer) else float(value)


def _regions_to_json(regions: Regions) -> dict[str, Any]:
    """Write predictions over a grid; their bytes hold no cell."""
    return {
        name: [
            list(getattr(regions, name).shape),
            base64.b64encode(getattr(regions, name).tobytes()).decode(),
        ]
        for name in ("classes", "margins", "point_classes")
    }


def _regions_from_json(data: Mapping[str, Any]) -> Regions:
    from east.dataset import Regions

    read = {
        name: np.frombuffer(base64.b64decode(text), dtype=np.uint8).reshape(shape)
        for name, (shape, text) in data.items()
    }
    return Regions(**read)
