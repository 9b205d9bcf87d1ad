"""One entry in a table is all that a new metric, loss or rule needs: each is used everywhere without another line.

Widgets and links are tested with the pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import accuracy_score
from torch import Tensor

import east.losses.registry
import east.metrics.registry
import east.rules.registry
from east import benchmark
from east.command_line import main
from east.comparison import Score
from east.errors import SettingError
from east.estimator import EASTClassifier
from east.figures import DARK, LIGHT, curve_figure, score_figure
from east.losses import LOSSES
from east.metrics import METRICS, Metric, MetricSpec, metric
from east.options import Option
from east.rules import RULES
from east.training import Arm, ArmSnapshot, TrainConfig
from tests.moments import F1, lane, moment
from tests.own_entries import BRIER, FIRST, fit_first

pytestmark = pytest.mark.usefixtures("one_thread")
WINE = str(Path(__file__).parents[1] / "sample_data" / "wine.csv")


def tempered_accuracy(power: float = 2.0) -> Metric:
    """A metric of the test's own: accuracy to a power."""

    def score(matrix: Tensor) -> Tensor:
        total = matrix.sum(dim=(-2, -1)).clamp_min(1e-30)
        return (matrix.diagonal(dim1=-2, dim2=-1).sum(dim=-1) / total) ** power

    options = MappingProxyType({"power": power})
    return Metric("tempered", f"Accuracy to the {power:g}", 1.0, 0.0, options, score, tempered_accuracy)


POWER = Option("Power", "Exponent of the accuracy.", least=0, open_ends=("least",), empty="2")
TEMPERED = MetricSpec(
    "tempered", "Tempered accuracy", "Accuracy to a power.", tempered_accuracy, {"power": POWER}
)


@pytest.fixture
def new_metric(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(east.metrics.registry.SPECS, "tempered", TEMPERED)


@pytest.fixture
def new_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(east.losses.registry.SPECS, "brier", BRIER)


@pytest.fixture
def new_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(east.rules.registry.SPECS, "first", FIRST)


def shown_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Give what a command prints, as one line."""
    try:
        assert main(arguments) == 0
    except SystemExit as stop:
        assert stop.code == 0
    return " ".join(capsys.readouterr().out.split())


def trained(
    capsys: pytest.CaptureFixture[str], folder: Path, *options: str
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Train on the wine table; gives the JSON printed and the predictions written."""
    command = ["train", WINE, *options, "--epochs", "5", "--device", "cpu", "--json", "--quiet"]
    assert main([*command, "--out", str(folder)]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result, pd.read_csv(folder / "predictions.csv")


def blobs() -> tuple[Any, Any]:
    rows: tuple[Any, Any] = make_blobs(90, centers=3, random_state=0)
    return rows


# A metric with an option of its own


@pytest.mark.usefixtures("new_metric")
def test_a_new_metric_and_its_option_are_offered_by_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "--power X Exponent of the accuracy (2)" in shown_by(capsys, "train", "--help")
    assert "tempered Tempered accuracy" in shown_by(capsys, "list")
    assert main(["train", WINE, "--metric", "mcc", "--power", "3"]) == 2
    assert "There is no such option of the metric mcc: got 'power'" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["train", WINE, "--metric", "tempered", "--power", "0"])
    assert stop.value.code == 2 and "a number above 0" in capsys.readouterr().err


@pytest.mark.usefixtures("new_metric")
def test_a_new_metric_judges_a_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result, rows = trained(capsys, tmp_path, "--metric", "tempered", "--power", "3")
    assert (result["metric"], result["metric_key"]) == ("Accuracy to the 3", "tempered")
    assert result["metric_options"] == {"power": 3.0}
    for key, arm in result["arms"].items():
        own = rows[rows["arm"] == key]
        assert set(own["metric"]) == {"Accuracy to the 3"}
        assert arm["scores"] == pytest.approx([accuracy_score(own["true"], own["predicted"]) ** 3])


@pytest.mark.usefixtures("new_metric")
def test_a_new_metric_serves_estimator_benchmark_and_figures() -> None:
    assert EASTClassifier("tempered", epochs=2).fit(*blobs()).metric_ == metric("tempered")
    cubed = metric("tempered", power=3.0)
    assert EASTClassifier(cubed, epochs=2).fit(*blobs()).metric_.options == {"power": 3.0}
    made = benchmark.plan([WINE], metrics=["tempered:power=3"])
    assert made.metrics == (cubed,) and {arm.metric for arm in made.config(0).race} == {cubed}
    figure = score_figure([Score(Arm("east", cubed), (0.5,), 0.5, (0.4, 0.6), 0.0)], cubed.label)
    assert figure.layout["xaxis"]["title"]["text"] == "Accuracy to the 3 on the test part"


# A loss


@pytest.mark.usefixtures("new_loss")
def test_a_new_loss_is_offered_by_the_command_line_and_raced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "soft_metric_anchored, brier (east cross_entropy)" in shown_by(capsys, "train", "--help")
    assert "brier Brier score" in shown_by(capsys, "list")
    result, rows = trained(
        capsys,
        tmp_path,
        "--losses",
        "brier",
        "cross_entropy",
        "--rules",
        "argmax",
        "offsets",
        "--metric",
        "accuracy",
    )
    assert list(result["arms"]) == ["brier", "cross_entropy", "brier+offsets", "cross_entropy+offsets"]
    assert list(result["paired"]) == ["cross_entropy", "brier+offsets", "cross_entropy+offsets"]
    assert "brier score" in result["verdict"]["text"].lower()
    own = rows[rows["arm"] == "brier"]
    assert result["arms"]["brier"]["scores"] == [accuracy_score(own["true"], own["predicted"])]


@pytest.mark.usefixtures("new_loss")
def test_a_new_loss_serves_estimator_benchmark_and_figures() -> None:
    fitted = EASTClassifier("accuracy", loss="brier", epochs=60).fit(*blobs())
    assert fitted.score(*blobs()) > 0.8
    assert "brier" in [arm.loss for arm in benchmark.plan([WINE], metrics=["mcc"]).config(0).race]
    arm = Arm("brier", F1)
    figure = curve_figure([moment(1, 2, [ArmSnapshot(arm, (lane(arm),))])], [arm], "loss")
    assert figure.data[0]["name"] == "Brier score" and "Brier score" in figure.alt
    assert figure.data[0]["line"]["color"] == LIGHT.loss("brier")
    for theme in (LIGHT, DARK):
        assert len({theme.loss(key) for key in LOSSES}) == len(LOSSES)


# A rule


@pytest.mark.usefixtures("new_rule")
def test_a_new_rule_is_offered_by_the_command_line_and_raced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"first ({' '.join(TrainConfig.rules)})" in shown_by(capsys, "train", "--help")
    assert "first Predict the first class." in shown_by(capsys, "list")
    result, rows = trained(capsys, tmp_path, "--losses", "east", "--rules", "argmax", "first")
    assert (list(result["arms"]), list(result["paired"])) == (["east", "east+first"], ["east+first"])
    assert set(rows[rows["arm"] == "east+first"]["predicted"]) == {"class_0"}
    assert np.array(result["arms"]["east+first"]["hard"])[:, 1:].sum() == 0
    assert main(["train", WINE, "--losses", "east", "--rules", "first", "--epochs", "1", "--quiet"]) == 0
    assert "EAST with the first class" in capsys.readouterr().out


@pytest.mark.usefixtures("new_rule")
def test_a_new_rule_serves_estimator_benchmark_and_figures() -> None:
    fitted = EASTClassifier(rule="first", epochs=2).fit(*blobs())
    assert fitted.rule_ == fit_first(np.zeros((1, 3)), [0], F1)
    assert set(fitted.predict(blobs()[0])) == {0}
    made = benchmark.plan([WINE], losses=["east"], rules=["first"])
    assert made.ways == (("east", "first", 1), ("cross_entropy", "argmax", 1))
    arms = [Arm("east", F1, rule) for rule in RULES]
    assert arms[-1].label == "EAST with the first class"
    for theme in (LIGHT, DARK):
        assert len({theme.arm(arm) for arm in arms}) == len(arms)
    score = Score(arms[-1], (0.5,), 0.5, (0.4, 0.6), 0.0)
    assert "EAST with the first class 0.500" in score_figure([score], "Macro F1").alt


# What every table promises


@pytest.mark.parametrize("table", [METRICS, LOSSES, RULES], ids=["METRICS", "LOSSES", "RULES"])
def test_a_table_is_read_only_and_its_entries_know_their_keys(table: Any) -> None:
    with pytest.raises(TypeError):
        table["new"] = None
    assert all(spec.key == key and spec.label and spec.hint for key, spec in table.items())


@pytest.mark.parametrize(
    "make",
    [
        lambda: metric("tempered"),
        lambda: Arm("brier", F1),
        lambda: Arm("east", F1, "first"),
        lambda: TrainConfig(F1, ("brier",)),
        lambda: TrainConfig(F1, rules=("first",)),
    ],
)
def test_what_is_in_no_table_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(SettingError, match="There is no such"):
        make()
