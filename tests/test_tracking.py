"""Trackers: TensorBoard's files and an MLflow store, read back with the tools' own readers."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from east import TrainConfig
from east.command_line import main
from east.errors import SettingError
from east.metrics import metric
from east.tracking import TRACKERS, Tracker, make_tracker
from east.tracking.tracker import evaluation_numbers
from east.training import Training
from tests.kept_runs import WINE, wine

TRAIN = [
    "train",
    str(WINE),
    *["--json", "--quiet", "--seeds", "2", "--epochs", "20", "--rules", "argmax", "metric"],
]
STEP_AND_VALUES = dict[str, list[tuple[int, float]]]


def tensorboard_numbers(folder: Path) -> STEP_AND_VALUES:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (run,) = folder.iterdir()
    events = EventAccumulator(str(run), size_guidance={"scalars": 0})
    events.Reload()
    found = {}
    for tag in events.Tags()["scalars"]:
        what, arm = tag.split("/")
        found[f"{arm}/{what}"] = [(event.step, event.value) for event in events.Scalars(tag)]
    return found


def mlflow_numbers(folder: Path) -> STEP_AND_VALUES:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=f"file:{folder}")
    experiment = client.get_experiment_by_name("east")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED" and run.info.run_name == "wine.csv → cultivar"
    assert run.data.params["metric"] == "Macro F1" and run.data.params["seeds"] == "0 1"
    return {
        name.replace(" ", "+"): [
            (one.step, one.value) for one in client.get_metric_history(run.info.run_id, name)
        ]
        for name in run.data.metrics
    }


@pytest.mark.parametrize(
    ("log", "read"), [("tensorboard:{}", tensorboard_numbers), ("mlflow:file:{}", mlflow_numbers)]
)
def test_what_is_written_is_what_the_run_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], log: str, read: Any
) -> None:
    folder = tmp_path / "numbers"
    assert main([*TRAIN, "--log", log.format(folder), "--out", str(tmp_path / "out")]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert f"east: Numbers are in {log.format(folder).partition(':')[2]}." in err
    numbers = read(folder)
    config = TrainConfig(metric=metric("fbeta"), seeds=(0, 1), epochs=20, rules=("argmax", "metric"))
    expected = [(one.step, evaluation_numbers(one)) for one in Training(wine()[1], config).snapshots()]
    for arm in ("east", "cross_entropy"):
        for what in ("validation", "validation_soft", "train", "delta", "omega"):
            name = f"{arm}/{what}"
            assert [step for step, _ in numbers[name]] == [step for step, _ in expected]
            values = [found[name] for _, found in expected]
            assert [value for _, value in numbers[name]] == pytest.approx(values, abs=1e-6)
    for arm, scored in result["arms"].items():
        ((step, value),) = numbers[f"{arm}/test"]
        assert step == expected[-1][0]
        assert value == pytest.approx(scored["mean"], abs=1e-6)


def test_two_runs_of_one_second_do_not_share_a_folder(tmp_path: Path) -> None:
    for _ in range(3):
        make_tracker(f"tensorboard:{tmp_path}", "a run")
    assert len(list(tmp_path.iterdir())) == 3


def test_mlflow_reports_its_use_to_nobody(tmp_path: Path) -> None:
    make_tracker(f"mlflow:file:{tmp_path / 'store'}", "a run")
    from mlflow.telemetry.client import get_telemetry_client

    assert get_telemetry_client() is None


class Broken(Tracker):
    """Fails at the first number."""

    def __init__(self) -> None:
        super().__init__("a run", "nowhere")
        self.calls: list[str] = []

    def open(self, settings: Mapping[str, str]) -> None:
        self.calls.append("open")

    def write(self, step: int, numbers: Mapping[str, float]) -> None:
        self.calls.append("write")
        raise ConnectionError("the server is gone\nsecond line")

    def close(self, status: str) -> None:
        self.calls.append("close")


def test_a_tool_that_fails_costs_the_run_nothing() -> None:
    training = Training(wine()[1], TrainConfig(metric=metric("fbeta"), epochs=5))
    tracker = Broken()
    tracker.began(training)
    for snapshot in training.snapshots():
        tracker.moment(training, snapshot)
    assert tracker.calls == ["open", "write"]
    assert str(tracker.problem).startswith(
        "The run's numbers cannot be written to nowhere: got the server is gone;"
    )
    assert training.done


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tensorbord:runs", "There is no such tracker: got 'tensorbord' (did you mean 'tensorboard'?)"),
        ("mlflow", "The mlflow tracker does not say where to write: got 'mlflow'; give mlflow:URI."),
        ("tensorboard:{file}/below", "tensorboard cannot write there: got "),
        ("mlflow:ftp://nowhere", "mlflow cannot write there: got "),
    ],
)
def test_what_cannot_be_tracked_is_refused_before_training(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError) as caught:
        make_tracker(text.format(file=tmp_path / "file"), "a run")
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("key", TRACKERS)
def test_a_package_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    for name in ("torch.utils.tensorboard", "mlflow.tracking"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SettingError, match=f"pip install {TRACKERS[key].package}"):
        make_tracker(f"{key}:{tmp_path}", "a run")
