"""A finished run in a folder: what it was in JSON, its history in JSON, its predictions as arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from east.comparison import ArmResult, Race
from east.dataset import ClassFacts, ColumnFacts, Concern, Profile, TargetGuess
from east.errors import EastError
from east.export.files import write_whole
from east.export.history import snapshot_from_json, snapshot_to_json
from east.export.predict import read_safetensors
from east.export.record import RunRecord
from east.export.settings import (
    arm_from_json,
    arm_to_json,
    choices_from_json,
    choices_to_json,
    config_from_json,
    config_to_json,
    metric_from_json,
    metric_to_json,
)
from east.rules import confusion_matrices

FORMAT = "east-run-1"
RUN, HISTORY, RACE = "run.json", "history.json", "race.safetensors"
_PLAIN = ("table", "features", "steps", "elapsed_s", "device", "command", "stronger")


def write_run(folder: Path, record: RunRecord) -> None:
    """Write a finished run into a folder; `run.json` comes last, so that it is there only once all else is.

    Raises:
        EastError: when it cannot be written there.
    """
    from safetensors.numpy import save

    race = record.race
    arrays = {"targets": np.asarray(race.targets, dtype=np.int64)}
    for place, result in enumerate(race.results):
        arrays[f"predictions.{place}"] = np.ascontiguousarray(result.predictions, dtype=np.int64)
        if result.left_out is not None:
            arrays[f"left_out.{place}"] = np.ascontiguousarray(result.left_out, dtype=np.int64)
        arrays[f"soft.{place}"] = np.ascontiguousarray(result.soft, dtype=np.float64)
    about = {
        "format": FORMAT,
        **{name: getattr(record, name) for name in _PLAIN},
        "rows": list(record.rows),
        "references": list(record.references),
        "profile": asdict(record.profile),
        "choices": choices_to_json(record.choices),
        "config": config_to_json(record.config),
        "race": {
            "metric": metric_to_json(race.metric),
            "classes": list(race.classes),
            "arms": [arm_to_json(arm) for arm in race.arms],
            "seeds": list(race.seeds),
        },
    }
    history = [snapshot_to_json(snapshot) for snapshot in record.history]
    write_whole(folder / RACE, save(arrays))
    write_whole(folder / HISTORY, json.dumps(history, allow_nan=False).encode())
    write_whole(folder / RUN, json.dumps(about, indent=1, allow_nan=False).encode())


def read_run(folder: Path) -> RunRecord:
    """Read a finished run from a folder that `write_run` filled.

    Raises:
        EastError: when there is none, or it is damaged.
    """
    remedy = "give a folder that `python -m east train --out` wrote"
    try:
        about = json.loads((folder / RUN).read_bytes())
        if about["format"] != FORMAT:
            raise EastError("This run was written by another version", repr(about["format"]), remedy)
        history = tuple(snapshot_from_json(one) for one in json.loads((folder / HISTORY).read_bytes()))
        return RunRecord(
            **{name: about[name] for name in _PLAIN},
            profile=profile_from_json(about["profile"]),
            choices=choices_from_json(about["choices"]),
            config=config_from_json(about["config"]),
            race=_race(about["race"], (folder / RACE).read_bytes()),
            history=history,
            rows=tuple(about["rows"]),
            references=tuple(about["references"]),
        )
    except OSError as error:
        got = f"{str(folder)!r} ({error.strerror})"
        raise EastError("There is no finished run in this folder", got, remedy) from None
    except EastError:
        raise
    except Exception as error:
        got = f"{str(folder)!r} ({type(error).__name__})"
        raise EastError("This run is damaged", got, "train again") from None


def _race(about: Mapping[str, Any], data: bytes) -> Race:
    arrays = read_safetensors(data)
    classes, targets = tuple(about["classes"]), arrays["targets"]
    results = []
    for place, arm in enumerate(about["arms"]):
        predictions = arrays[f"predictions.{place}"]
        result = ArmResult(
            arm=arm_from_json(arm),
            seeds=tuple(about["seeds"]),
            predictions=predictions,
            hard=confusion_matrices(targets, predictions, len(classes)),
            soft=arrays[f"soft.{place}"],
            left_out=arrays.get(f"left_out.{place}"),
        )
        results.append(result)
    return Race(metric_from_json(about["metric"]), classes, targets, tuple(results))


def profile_from_json(about: Mapping[str, Any]) -> Profile:
    """Rebuild a profile from its fields as plain data (`dataclasses.asdict`)."""
    lists = {
        "columns": tuple(
            ColumnFacts(**{**one, "examples": tuple(one["examples"])}) for one in about["columns"]
        ),
        "guesses": tuple(TargetGuess(**one) for one in about["guesses"]),
        "classes": tuple(ClassFacts(**one) for one in about["classes"]),
        "concerns": tuple(Concern(**one) for one in about["concerns"]),
    }
    return Profile(**{**about, **lists})
