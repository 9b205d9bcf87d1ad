"""Kept runs come back as they were, without a cell of the table; what a disk does to them is one sentence."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from east.dataset import prepare, region_columns, region_view, with_test
from east.errors import DatasetError, SettingError
from east.export import read_run
from east.kept import (
    KeptRuns,
    Origin,
    RunKeeper,
    before,
    changed_losses,
    choose,
    database,
    export_run,
    home,
    keep_settings,
    open_run,
    resumed,
    switched_off,
)
from east.kept.origin import fingerprint
from east.metrics import metric
from east.run import Run
from east.synthetic import make_problem
from east.tables import Table, read_table, table_from_frame
from east.training import Training
from tests.kept_runs import (
    WINE,
    at_last,
    keep,
    recorded,
    redefine_east,
    same_moments,
    same_outcome,
    settings,
    wine,
)

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def runs(tmp_path: Path) -> KeptRuns:
    return KeptRuns(tmp_path)


def test_a_finished_run_comes_back_to_the_last_bit(runs: KeptRuns) -> None:
    keep(runs, "a1")
    for look in (True, False):
        opened = open_run(KeptRuns(runs.home), "a1", look=look)
        assert opened.outcome is not None and (opened.table is not None) is look
        same_outcome(opened.outcome, recorded().result)
        same_moments(opened, recorded().moments)
        assert opened.run_state.status == "finished" and opened.state is None
        np.testing.assert_array_equal(opened.dataset.class_counts, recorded().dataset.class_counts)
        np.testing.assert_array_equal(opened.dataset.test.rows, recorded().dataset.test.rows)
    (entry,) = runs.list()
    assert (entry.title, entry.status, entry.step) == ("A run", "finished", recorded().total_steps)


def test_cells_are_never_written(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    kind = np.array(["red", "blue"])[np.arange(160) % 2]
    frame = pd.DataFrame({"secretive": [f"secret {place % 9}" for place in range(160)], "kind": kind})
    frame["number"] = (kind == "red") * 1.25 + generator.normal(size=160) + 313_371_337
    table = table_from_frame(frame, "mine.csv")
    runs, dataset = KeptRuns(tmp_path), prepare(table, "kind")
    keeper = RunKeeper(runs, "b2", "Mine", table, Origin("file", "mine.csv"))
    run = Run(lambda: Training(dataset, settings()), keeper=keeper).start()
    assert run.wait(30) and keeper.wait(30)
    with database.reading(runs.path("b2")) as parts:
        kinds = ("fact", "moment", "arrays", "end")
        from zlib import decompress

        held = [data for one in kinds for data in parts.all(one).values()]
        held += [decompress(data) for data in parts.all("moment").values()]
    assert b"secretive" in b"".join(held) and b"blue" in b"".join(held)
    assert not [data for data in held if b"secret " in data or b"3133713" in data]
    opened = open_run(runs, "b2")
    with pytest.raises(DatasetError, match="cells are never kept"):
        _ = opened.dataset.train.features
    with pytest.raises(DatasetError, match="cells are never kept"):
        opened.dataset.encoder.transform(frame)


def test_regions_and_a_named_class_come_back(runs: KeptRuns) -> None:
    table, dataset = wine()
    measure = metric("fbeta", average="class", class_index=1).named(dataset.classes)
    config = replace(settings(), metric=measure)
    columns = region_columns(dataset)[3:5]
    view = region_view(table.frame, dataset, columns, size=20, most_points=31)
    keeper = RunKeeper(runs, "c3", "Regions", table, Origin("sample", "wine.csv"))
    run = Run(lambda: Training(dataset, config, view), keeper=keeper).start()
    assert run.wait(60) and keeper.wait(60) and run.outcome is not None
    opened = open_run(runs, "c3")
    assert opened.outcome is not None
    same_outcome(opened.outcome, run.outcome)
    assert opened.config.metric.label == measure.label != metric("fbeta").label
    again = opened.machine.view
    assert again is not None and again.columns == view.columns
    np.testing.assert_array_equal(again.points.rows, view.points.rows)
    np.testing.assert_array_equal(again.features, view.features)
    last, kept = run.history()[-1].arms[0].regions, opened.history[-1].arms[0].regions
    assert last is not None and kept is not None
    for name in ("classes", "margins", "point_classes"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(last, name))


def test_a_made_problem_is_made_again(runs: KeptRuns) -> None:
    problem = make_problem("moons", 2, imbalance=2)
    table = problem.table(300, 3)
    dataset = with_test(prepare(table, "label", shares=(0.75, 0.25, 0.0), seed=3), problem.table(500, 9))
    made = {"settings": problem.settings, "rows": 300, "seed": 3, "test_rows": 500, "test_seed": 9}
    keeper = RunKeeper(runs, "d4", "Made", table, Origin("made", table.name, made=made))
    run = Run(lambda: Training(dataset, settings()), keeper=keeper).start()
    assert run.wait(30) and keeper.wait(30)
    opened = open_run(runs, "d4")
    assert opened.table is not None and opened.dataset.test_table is not None
    np.testing.assert_array_equal(opened.dataset.train.features, dataset.train.features)
    np.testing.assert_array_equal(opened.dataset.test.features, dataset.test.features)


@pytest.mark.parametrize("moments", [1, 2, 3])
def test_an_interrupted_run_is_resumed_to_the_result_of_one_that_was_not(
    runs: KeptRuns, moments: int
) -> None:
    keeper = keep(runs, "e5", most=moments)
    assert runs.find("e5").status == "active"
    with pytest.raises(SettingError, match="in training already"):
        resumed(runs, open_run(runs, "e5"))
    with pytest.raises(SettingError, match="in training"):
        runs.delete("e5")
    runs.release("e5")  # as if the program had died
    opened = open_run(runs, "e5")
    step = recorded().moments[moments - 1].step
    assert opened.entry.status_text == f"interrupted at step {step} of {recorded().total_steps}"
    assert opened.run_state.ended and f"step {step}" in str(opened.run_state.reason)
    again = RunKeeper(runs, "e5", "A run", wine()[0], Origin("sample", "wine.csv"), goes_on=True)
    run = Run(lambda: resumed(runs, opened), run_id="e5", keeper=again, earlier=before(opened)).start()
    assert run.wait(60) and again.wait(60) and run.outcome is not None
    same_outcome(run.outcome, recorded().result)
    kept = open_run(runs, "e5")
    assert kept.outcome is not None and kept.entry.status == "finished"
    same_outcome(kept.outcome, recorded().result)
    steps = [one.step for one in run.history()]
    assert steps == sorted(set(steps)) and steps[0] == 0
    assert not keeper.wait(0)


def test_only_the_same_table_resumes_a_run(runs: KeptRuns) -> None:
    table, _ = wine()
    keeper = RunKeeper(runs, "f6", "Mine", table, Origin("file", "mine.csv"))
    machine = recorded()
    machine.at = 0
    keeper.began(machine)
    keeper.moment(machine, machine.snapshot())
    at_last(lambda: keeper.status_text)
    runs.release("f6")
    with pytest.raises(DatasetError, match=r"cells are never kept: got 'wine.csv'; give its table again"):
        resumed(runs, open_run(runs, "f6"))
    changed = table.frame.copy()
    changed.iloc[0, 0] = 12345.0
    with pytest.raises(DatasetError, match="not the table of that run"):
        open_run(runs, "f6", Table(changed, "mine.csv"))
    assert fingerprint(table) == fingerprint(read_table(WINE)) != fingerprint(Table(changed, "mine.csv"))
    assert resumed(runs, open_run(runs, "f6", read_table(WINE))).step_number == 0


def test_a_run_whose_loss_is_defined_differently_today_is_not_resumed(
    runs: KeptRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(runs, "g7", most=2)
    runs.release("g7")
    opened = open_run(runs, "g7")
    assert changed_losses(opened.entry.about, opened.config) == ()
    redefine_east(monkeypatch)
    assert changed_losses(opened.entry.about, opened.config) == ("EAST",)
    with pytest.raises(SettingError, match=r"^A loss is defined differently today: got EAST; train again"):
        resumed(runs, opened)
    assert runs.find("g7").resumable
    monkeypatch.undo()
    assert resumed(runs, opened).step_number == recorded().moments[1].step
    not_noted = {name: value for name, value in opened.entry.about.items() if name != "losses"}
    assert changed_losses(not_noted, opened.config) == ("EAST", "Cross-entropy")


def test_names_pins_and_deletion_last(runs: KeptRuns) -> None:
    for run_id in ("aa1", "aa2", "b1"):
        keep(runs, run_id)
    runs.rename("aa1", "  Ünïcode *title*  ")
    runs.rename("aa2", "   ")
    runs.pin("b1")
    again = KeptRuns(runs.home)
    assert again.find("aa1").title == "Ünïcode *title*" and again.find("aa2").title == "A run"
    assert again.find("b").pinned and not again.find("aa2").pinned
    for name in ("a", "zz", "", "../aa1"):
        with pytest.raises(SettingError, match="kept run"):
            again.find(name)
    again.delete("aa1")
    assert {entry.run_id for entry in runs.list()} == {"aa2", "b1"}


def test_the_store_is_bounded_and_deletes_nothing_itself(runs: KeptRuns) -> None:
    for run_id in ("a1", "b2", "c3"):
        keep(runs, run_id)
        time.sleep(1.01)  # the start of a run is kept to the second
    runs.pin("a1")
    assert not runs.offered() and not runs.is_full()
    choose(runs.home, most_gb=0.95 * runs.size() / 1e9)
    assert [entry.run_id for entry in runs.offered()] == ["b2"]
    refused = keep(runs, "d4")
    assert "Kept runs fill the room" in refused.status_text and "the training goes on" in refused.status_text
    assert {entry.run_id for entry in runs.list()} == {"a1", "b2", "c3"}
    runs.delete("b2")
    assert "kept up to" in keep(runs, "e5").status_text


def test_an_export_is_what_the_report_reads(runs: KeptRuns, tmp_path: Path) -> None:
    keep(runs, "a1")
    folder = tmp_path / "out"
    folder.mkdir()
    export_run(open_run(runs, "a1", look=False), folder)
    record = read_run(folder)
    assert [one.step for one in record.history] == [one.step for one in recorded().moments]
    expected = recorded().result.arms[0].test_predictions
    np.testing.assert_array_equal(record.race.results[0].predictions, expected)
    assert "<html" in (folder / "report.html").read_text() and (folder / "predictions.csv").stat().st_size
    keep(runs, "b2", most=2)
    with pytest.raises(SettingError, match="Only a run that has ended"):
        export_run(open_run(runs, "b2"), folder)


def test_where_runs_lie_is_the_environments_or_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAST_HOME", str(tmp_path / "there"))
    assert home() == tmp_path / "there" and KeptRuns().folder == tmp_path / "there" / "runs"
    monkeypatch.delenv("EAST_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert home().name == "east" and (sys.platform != "linux" or home() == tmp_path / "east")
    for text, off in (("0", True), ("no", True), ("1", False), ("", False)):
        monkeypatch.setenv("EAST_KEEP", text)
        assert switched_off() is off
    assert keep_settings(tmp_path).keep and keep_settings(tmp_path).most_gb == 2
    choose(tmp_path, keep=False)
    assert not choose(tmp_path, most_gb=5).keep and keep_settings(tmp_path).most_gb == 5
    with pytest.raises(SettingError, match="most_gb"):
        choose(tmp_path, most_gb=0)
    (tmp_path / "settings.json").write_text('{"keep": ')
    assert keep_settings(tmp_path).keep


def test_five_hundred_runs_are_listed_within_a_second(runs: KeptRuns) -> None:
    keep(runs, "a0")
    for number in range(1, 500):
        shutil.copy(runs.path("a0"), runs.path(f"a{number}"))
    took = []
    for _ in range(3):
        fresh = KeptRuns(runs.home)
        began = time.perf_counter()
        assert len(fresh.list()) == 500
        took.append(time.perf_counter() - began)
    assert min(took) < 1, took
    began = time.perf_counter()
    fresh.list()
    assert time.perf_counter() - began < 0.25
