"""The benchmark's rows are those of ordinary trainings, and its report is plain arithmetic on them."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from east.benchmark import SUITES, Plan, Report, Row, plan, run, speed_lines, table_from_text
from east.benchmark.planning import metric_from_text
from east.benchmark.speed import Sizes
from east.command_line import main
from east.comparison import race_from
from east.dataset import prepare
from east.errors import DatasetError, SettingError
from east.losses import LOSSES
from east.metrics import metric
from east.tables import read_table, samples
from east.training import TrainConfig, fit

ROOT = Path(__file__).parents[1]
WINE, PENGUINS = (str(ROOT / "sample_data" / f"{name}.csv") for name in ("wine", "penguins"))
LOSSES_RUN, RULES_RUN = ("east", "cross_entropy"), ("argmax", "offsets")
KEYS = {"east", "cross_entropy", "east+offsets", "cross_entropy+offsets"}


def small_plan(**more: object) -> Plan:
    return plan(
        [WINE, f"{PENGUINS}:island"],
        metrics=["fbeta:beta=0.5", "accuracy"],
        losses=LOSSES_RUN,
        rules=RULES_RUN,
        seeds=2,
        settings={"epochs": 3, "device": "cpu", **more},
    )


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for found in run(small_plan()) for row in found]


def test_every_combination_has_one_row(rows: list[Row]) -> None:
    keys = {(row.table, row.metric, row.arm, row.seed) for row in rows}
    assert len(rows) == len(keys) == 2 * 2 * len(KEYS) * 2
    assert {row.table for row in rows} == {"wine", "penguins.csv"}
    assert {row.metric for row in rows} == {"Macro F0.5", "Accuracy"}
    assert {row.arm for row in rows} == KEYS


def test_rows_are_those_of_the_training_alone(rows: list[Row]) -> None:
    """Lanes of other metrics and losses beside it change nothing, and each seed has its own split."""
    found = {
        (row.arm, row.seed): row.score for row in rows if (row.table, row.metric) == ("wine", "Macro F0.5")
    }
    for seed in (0, 1):
        dataset = prepare(read_table(WINE), "cultivar", seed=seed)
        config = TrainConfig(
            metric("fbeta", beta=0.5), LOSSES_RUN, (seed,), RULES_RUN, epochs=3, device="cpu"
        )
        race = race_from(fit(dataset, config))
        assert {result.arm.key for result in race.results} == KEYS
        for result in race.results:
            score = race.metric.score(result.hard[0])
            assert found[result.arm.key, seed] == pytest.approx(score, abs=1e-12)


def test_offsets_are_chosen_for_validation_not_for_test(rows: list[Row]) -> None:
    scores = {(row.table, row.metric, row.arm, row.seed): row.validation_score for row in rows}
    tuned = [key for key in scores if key[2] == "cross_entropy+offsets"]
    for table, measure, _, seed in tuned:
        plain = scores[table, measure, "cross_entropy", seed]
        assert scores[table, measure, "cross_entropy+offsets", seed] >= plain - 1e-12


def test_processes_do_not_change_the_rows(rows: list[Row]) -> None:
    parallel = [row for found in run(small_plan(), jobs=2) for row in found]
    assert sorted(map(str, parallel)) == sorted(map(str, rows))


def _rows(scores: dict[str, list[list[float]]]) -> tuple[Row, ...]:
    return tuple(
        Row(table, "Accuracy", arm, seed, grid[place][seed], 0.0, 0)
        for arm, grid in scores.items()
        for place, table in enumerate(("wine", "penguins"))
        for seed in (0, 1)
    )


def test_differences_and_standard_errors_are_those_computed_by_hand() -> None:
    made = plan([WINE, PENGUINS], metrics=["accuracy"], losses=["east"], seeds=2)
    report = Report(
        made, _rows({"east": [[0.5, 0.7], [0.9, 0.7]], "cross_entropy": [[0.5, 0.6], [0.6, 0.6]]})
    )
    cell = next(cell for cell in report.cells if cell.arm == "east")
    # Differences in points: 0 and 10 on the first table, 30 and 10 on the second; means 5 and 20.
    assert cell.score == pytest.approx(70)
    assert cell.difference == pytest.approx(12.5)
    assert cell.error_tables == pytest.approx(7.5)
    assert cell.error_seeds == pytest.approx(math.sqrt(50 / 2 + 200 / 2) / 2)
    assert (cell.ahead, cell.tables) == (2, 2)
    assert "+12.50 ±7.50/5.59 (2)" in report.as_text()
    assert "[57.50]" in report.as_text()


def test_one_table_or_one_seed_shows_no_error_of_its_own() -> None:
    made = plan([WINE], metrics=["accuracy"], losses=["east"], seeds=1)
    rows = tuple(Row("wine", "Accuracy", arm, 0, 0.5, 0.5, 1) for arm in ("east", "cross_entropy"))
    report = Report(made, rows)
    assert "+0.00 ±-/- (0)" in report.as_text()
    assert report.as_json()["cells"][0]["error_tables"] is None


def test_command_prints_and_writes_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--metrics", "mcc", "--losses", "weighted_cross_entropy", "--seeds", "2", "--epochs", "2")
    out = ("--jobs", "1", "--out", str(tmp_path / "new"))
    assert main(["benchmark", WINE, *asked, *out, "--json"]) == 0
    shown = capsys.readouterr()
    assert "2/2 trainings" in shown.err
    summary = json.loads(shown.out)
    assert json.loads((tmp_path / "new" / "summary.json").read_text(encoding="utf-8")) == summary
    with (tmp_path / "new" / "rows.csv").open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [row["seed"] for row in written] == ["0", "0", "1", "1"]
    scores = {arm: [float(row["score"]) for row in written if row["arm"] == arm] for arm in summary["arms"]}
    difference = 100 * (np.mean(scores["weighted_cross_entropy"]) - np.mean(scores["cross_entropy"]))
    assert summary["cells"][0]["difference"] == pytest.approx(difference)
    assert main(["benchmark", WINE, *asked, "--jobs", "1", "--quiet"]) == 0
    shown = capsys.readouterr()
    assert f"{difference:+.2f}" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize("hidden", [(), (4,)])
def test_the_command_s_network_is_the_one_that_is_trained(
    hidden: tuple[int, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--metrics", "mcc", "--losses", "cross_entropy", "--seeds", "1", "--epochs", "2", "--jobs", "1")
    assert main(["benchmark", WINE, *asked, "--hidden", *map(str, hidden), "--json"]) == 0
    dataset = prepare(*table_from_text(WINE).make(0), shares=table_from_text(WINE).shares, seed=0)
    alone = fit(
        dataset, TrainConfig(metric("mcc"), ("cross_entropy",), epochs=2, hidden=hidden, device="cpu")
    )
    (cell,) = json.loads(capsys.readouterr().out)["cells"]
    assert cell["score"] == pytest.approx(100 * alone.lanes[0].test_score)


def test_defaults_race_every_loss_and_the_tuned_offsets() -> None:
    made = plan()
    for measure in made.metrics:
        assert [arm.key for arm in made.arms(measure)] == [*LOSSES, "cross_entropy+offsets"]
        assert {arm.metric for arm in made.arms(measure)} == {measure}
    assert made.tables == SUITES["development"]
    assert [measure.label for measure in made.metrics] == ["Macro F1", "Macro F0.25", "MCC", "Accuracy"]


def test_cross_entropy_always_takes_part() -> None:
    for losses, rules, ways in (
        (["east"], None, (("east", "argmax", 1), ("cross_entropy", "argmax", 1))),
        (["focal"], ["offsets"], (("focal", "offsets", 1), ("cross_entropy", "argmax", 1))),
        (["cross_entropy"], ["argmax"], (("cross_entropy", "argmax", 1),)),
    ):
        assert plan([WINE], losses=losses, rules=rules).ways == ways


def test_metrics_are_read_with_their_options() -> None:
    assert metric_from_text("fbeta:beta=0.25,average=micro") == metric("fbeta", beta=0.25, average="micro")
    assert metric_from_text("recall:average=class,class_index=2").options["class_index"] == 2
    assert metric_from_text("kappa:weights=linear") == metric("kappa", weights="linear")


@pytest.mark.parametrize("name", SUITES)
def test_suites_name_tables_that_can_be_raced(name: str) -> None:
    names = [table.name for table in SUITES[name]]
    assert len(set(names)) == len(names) > 0


def test_the_samples_are_a_suite() -> None:
    assert {table.name for table in SUITES["samples"]} == {sample.file.stem for sample in samples()}


def test_development_groups_are_what_they_are_called() -> None:
    """The group where the metric should matter has imbalances of 3 to 20; together the groups are the suite."""
    assert {*SUITES["overlapping"], *SUITES["other"]} == set(SUITES["development"])
    groups = ("overlapping", "fresh_overlapping", "held_out_overlapping")
    for table in (table for group in groups for table in SUITES[group]):
        made, target = table.make(0)
        counts = made.frame[target].value_counts()
        assert 3 <= counts.max() / counts.min() <= 20
    again, _ = SUITES["held_out_overlapping"][-1].make(1)
    assert again.frame.equals(made.frame)


@pytest.mark.parametrize("place", range(len(SUITES["fresh_overlapping"])))
def test_a_fresh_table_is_the_seed_s_own_and_scored_on_twenty_thousand_rows(place: int) -> None:
    fixed, fresh = (SUITES[name][place] for name in ("overlapping", "fresh_overlapping"))
    (made, target), (again, _), (other, _) = (fresh.make(seed) for seed in (0, 0, 1))
    assert made.frame.equals(again.frame) and not made.frame.equals(other.frame)
    used, column = fixed.make(0)
    assert made.frame[target].nunique() == used.frame[column].nunique()
    parts = [prepare(*fresh.make(0), shares=fresh.shares), prepare(*fixed.make(0))]
    assert abs(len(parts[0].test.targets) - 20_000) <= 5  # each class is rounded
    for part in ("train", "validation"):
        sizes = [len(getattr(dataset, part).targets) for dataset in parts]
        assert abs(sizes[0] - sizes[1]) <= 5


def test_files_are_named_with_their_target(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("a,b\n1,x\n2,y\n", encoding="utf-8")
    table, target = table_from_text(f"{file}:b").make(0)
    assert (list(table.frame.columns), target) == (["a", "b"], "b")
    assert table_from_text(WINE).make(0)[1] == "cultivar"
    with pytest.raises(SettingError, match="FILE:TARGET"):
        table_from_text(str(file))


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(SettingError, match="each table once"):
        plan([WINE, WINE])
    with pytest.raises(SettingError, match="each metric once"):
        plan([WINE], metrics=["mcc", "mcc"])
    with pytest.raises(SettingError, match="at least one seed"):
        plan([WINE], seeds=0)
    missing = replace(plan([f"{WINE}:vintage"]), seeds=(0,))
    with pytest.raises(DatasetError, match="not in the table"):
        list(run(missing, jobs=2))


def test_speed_lines_are_ratios_of_the_times_beside_them() -> None:
    lines = list(speed_lines(rounds=1, compiled=False, sizes=Sizes(256, 64, 5, 6, 1200)))
    assert lines[0].startswith("machine: torch")
    ratios = [line.rsplit(": ", 1)[1].split(", ") for line in lines if ", ratio " in line]
    assert len(ratios) == 3 + 1 + 4
    for first, second, ratio in ratios:
        seconds = [
            float(part.split()[-2]) * {"ms": 1e-3, "s": 1}[part.split()[-1]] for part in (first, second)
        ]
        assert float(ratio.split()[1]) == pytest.approx(seconds[0] / seconds[1], rel=0.1, abs=0.02)


@pytest.mark.benchmark
def test_the_loss_is_cheap_and_lanes_beat_loops() -> None:
    lines = list(speed_lines(compiled=False))
    ratios = {line.rsplit(": ", 1)[0]: float(line.split()[-1]) for line in lines if ", ratio " in line}
    assert ratios["loss, forward and backward, 8192 x 10, eager"] <= 2
    assert ratios["loss, forward and backward, 8192 x 100, eager"] <= 4
    assert ratios["training step, MLP 128-128, batch 1024, 10 classes"] <= 1.5
    epochs = [line.split(": ")[1] for line in lines if line.startswith("one epoch: ")]
    by_loops = {
        tuple(line.split(" s, ")[place].rsplit(" ", 1)[0] for place in (0, 1)): line for line in epochs
    }
    for (loop, lanes), least in {
        ("one by one by DataLoader", "lanes of 6 losses"): 4.0,
        ("one by one by index", "cross-entropy lanes"): 1.5,
    }.items():
        assert float(by_loops[loop, lanes].split()[-1]) >= least
