"""Kept runs on the command line: `train --keep`, and `runs` with all it can do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from east.command_line import main
from east.kept import KeptRuns, RunKeeper, choose, file_origin, open_run
from east.tables import ReadOptions, read_table
from tests.kept_runs import WINE, at_last, die, keep, recorded, same_outcome, wine

pytestmark = pytest.mark.usefixtures("one_thread")

Captured = pytest.CaptureFixture[str]
TRAIN = ["train", str(WINE), "--epochs", "6", "--evaluations", "3", "--device", "cpu", "--quiet", "--json"]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeptRuns:
    monkeypatch.setenv("EAST_HOME", str(tmp_path))
    return KeptRuns()


def said(capsys: Captured, *arguments: str, status: int = 0) -> tuple[str, str]:
    capsys.readouterr()
    assert main(arguments) == status
    return tuple(capsys.readouterr())  # type: ignore[return-value]


def test_a_training_is_kept_only_where_that_is_asked_for(runs: KeptRuns, capsys: Captured) -> None:
    for more in ([], ["--no-keep"]):
        shown, told = said(capsys, *TRAIN, *more)
        assert told == "" and "run" not in json.loads(shown) and runs.list() == ()
    shown, told = said(capsys, *TRAIN, "--keep")
    (entry,) = runs.list()
    result: dict[str, Any] = json.loads(shown)
    assert result["run"] == entry.run_id and told == f"east: kept as {entry.run_id} in {runs.folder}\n"
    again = json.loads(said(capsys, "runs", "show", entry.run_id[:8], "--json")[0])
    assert again["result"]["arms"] == result["arms"] and again["status"] == "finished"
    assert len(open_run(runs, entry.run_id).history) == 4


def test_a_disk_that_fails_is_told_and_the_result_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("EAST_HOME", str(tmp_path / "file"))
    shown, told = said(capsys, *TRAIN, "--keep")
    assert json.loads(shown)["arms"]
    assert told.startswith("east: The folder for kept runs cannot be made: got ") and told.count("\n") == 1


def test_runs_are_listed_named_pinned_exported_and_deleted(
    runs: KeptRuns, tmp_path: Path, capsys: Captured
) -> None:
    keep(runs, "abc1")
    keep(runs, "abc2", most=2)
    die(runs)
    said(capsys, "runs", "rename", "abc1", "The first")
    said(capsys, "runs", "pin", "abc1")
    shown, _ = said(capsys, "runs", "list")
    assert "The first" in shown and "abc1*" in shown and "2 runs, " in shown
    assert f"interrupted at step {recorded().moments[1].step} of {recorded().total_steps}" in shown
    assert str(runs.folder) in shown and "of 2 GB" in shown
    listed = json.loads(said(capsys, "runs", "list", "--json")[0])
    assert {entry["run_id"]: entry["pinned"] for entry in listed["runs"]} == {"abc1": True, "abc2": False}
    assert "go on with: python -m east runs resume abc2" in said(capsys, "runs", "show", "abc2")[0]
    said(capsys, "runs", "export", "abc1", "--out", str(tmp_path / "out"))
    said(capsys, "report", str(tmp_path / "out"), "--out", str(tmp_path / "again.html"))
    assert (tmp_path / "again.html").stat().st_size and (tmp_path / "out" / "predictions.csv").is_file()
    for arguments, words in (
        (("export", "abc2", "--out", str(tmp_path / "out")), "Only a run that has ended can be exported"),
        (("show", "abc"), "More than one kept run begins so"),
        (("resume", "abc1"), "This run has ended"),
        (("delete", "zz"), "There is no such kept run"),
    ):
        shown, told = said(capsys, "runs", *arguments, status=2)
        assert told.startswith(f"east: {words}") and told.count("\n") == 1 and shown == ""
    said(capsys, "runs", "pin", "abc1", "--off")
    choose(runs.home, most_gb=0.5 * runs.size() / 1e9)
    shown, _ = said(capsys, "runs", "list")
    assert "The room is used up" in shown and "python -m east runs delete" in shown
    said(capsys, "runs", "delete", "abc1", "abc2")
    assert runs.list() == ()


@pytest.mark.parametrize("moved", [False, True])
def test_an_interrupted_run_is_resumed(runs: KeptRuns, tmp_path: Path, capsys: Captured, moved: bool) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(WINE.read_bytes())
    table = read_table(path)
    machine = recorded()
    keeper = RunKeeper(runs, "abc1", "Mine", table, file_origin(path))
    machine.at = 0
    keeper.began(machine)
    machine.at = 1
    keeper.moment(machine, machine.snapshot())
    at_last(lambda: keeper.status_text)
    die(runs)
    given: list[str] = []
    if moved:
        path.rename(tmp_path / "moved.csv")
        _, told = said(capsys, "runs", "resume", "abc1", status=2)
        assert "give its table again" in told
        given = [str(tmp_path / "moved.csv")]
    shown, told = said(capsys, "runs", "resume", "abc1", *given, "--json", "--quiet")
    assert told.startswith("east: kept as abc1") and json.loads(shown)["run"] == "abc1"
    kept = open_run(runs, "abc1")
    assert kept.entry.status == "finished" and kept.outcome is not None
    same_outcome(kept.outcome, recorded().result)
    assert wine()[1].num_features == kept.dataset.num_features


def test_a_file_that_came_with_east_is_known_by_its_name() -> None:
    assert (file_origin(WINE).kind, file_origin(WINE).path) == ("sample", "")
    assert file_origin(WINE, ReadOptions(decimal=",")).kind == "file"
