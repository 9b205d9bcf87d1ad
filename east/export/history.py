"""Snapshots of a training as plain JSON, and back; a number that is not finite is null."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from east.annealing import Sharpness
from east.export.settings import arm_from_json, arm_to_json, metric_from_json, metric_to_json
from east.training import ArmSnapshot, LaneSnapshot, Snapshot

_MATRICES = ("soft", "hard", "placement")
_OWN = ("arms", "sharpness")


def snapshot_to_json(snapshot: Snapshot) -> dict[str, Any]:
    """Return one moment as plain data."""
    plain = {one.name: getattr(snapshot, one.name) for one in fields(Snapshot) if one.name not in _OWN}
    arms = [
        {"arm": arm_to_json(one.arm), "lanes": [_lane(lane) for lane in one.lanes]} for one in snapshot.arms
    ]
    return {**plain, "sharpness": _sharpness(snapshot.sharpness), "arms": arms}


def snapshot_from_json(data: Mapping[str, Any]) -> Snapshot:
    """Rebuild one moment from what `snapshot_to_json` returned."""
    plain = {name: value for name, value in data.items() if name not in _OWN}
    arms = tuple(
        ArmSnapshot(arm_from_json(one["arm"]), tuple(_lane_from(lane) for lane in one["lanes"]))
        for one in data["arms"]
    )
    return Snapshot(**plain, sharpness=Sharpness(**data["sharpness"]), arms=arms)


def _lane(lane: LaneSnapshot) -> dict[str, Any]:
    values = {one.name: getattr(lane, one.name) for one in fields(LaneSnapshot)}
    own = {"metric": metric_to_json(lane.metric), "sharpness": _sharpness(lane.sharpness)}
    own |= {name: np.asarray(values[name]).tolist() for name in _MATRICES}
    return {name: finite(value) for name, value in {**values, **own}.items()}


def _lane_from(data: Mapping[str, Any]) -> LaneSnapshot:
    values: dict[str, Any] = {name: math.nan if value is None else value for name, value in data.items()}
    values |= {name: np.asarray(data[name], dtype=np.float64) for name in _MATRICES}
    metric, sharpness = metric_from_json(data["metric"]), Sharpness(**data["sharpness"])
    return LaneSnapshot(**{**values, "metric": metric, "sharpness": sharpness})


def _sharpness(sharpness: Sharpness) -> dict[str, float]:
    return {"delta": sharpness.delta, "omega": sharpness.omega}


def finite(value: Any) -> Any:
    """Give None for numbers that are not finite, all the way down: JSON has none."""
    if isinstance(value, list):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
