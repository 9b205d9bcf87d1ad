"""`train --out DIR --export` and `report` write what they say, and refuse in one sentence."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import east
from east.command_line import main
from east.comparison import compare, summarise
from east.export import read_run
from tests.export_runs import HOSTILE

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    generator = np.random.default_rng(0)
    codes = np.arange(150) % 3
    path = tmp_path_factory.mktemp("tables") / "small.csv"
    names = np.asarray(["=low", *HOSTILE[:2]], dtype=object)[codes]
    frame = pd.DataFrame({"x": codes + generator.normal(0, 0.5, 150), "c": names[::-1], "kind": names})
    frame.to_csv(path, index=False)
    return path


def trained(file: Path, folder: Path, *more: str) -> int:
    return main(
        ["train", str(file), "--target", "kind", "--epochs", "2", "--out", str(folder), "--quiet", *more]
    )


def test_a_run_is_kept_with_its_model_and_told_in_a_report(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trained(file, tmp_path / "run", "--export", "cross_entropy+expected", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    record = read_run(tmp_path / "run")
    facts = {"schema": "train-1", "table": "small.csv", "target": "kind"}
    assert {**summarise(compare(record.race)), **facts} == result
    assert record.command.startswith(f"python -m east train {file} --target=kind ")
    assert record.history[-1].step == record.steps

    predictions = pd.read_csv(tmp_path / "run" / "predictions.csv")
    ours = predictions[predictions["arm"] == "cross_entropy+expected"]
    frame = pd.read_csv(file)
    model = east.load_model(tmp_path / "run" / "model.zip")
    decided = pd.Series(model.predict(frame.iloc[ours["row"]]))
    assert (decided.str.lstrip("=") == ours["predicted"].str.lstrip("'=").reset_index(drop=True)).all()
    assert model.training is not None and [one.name for one in model.training.columns] == ["x", "c"]
    assert (tmp_path / "run" / "model.onnx").stat().st_size > 1000

    assert main(["report", str(tmp_path / "run"), "--out", str(tmp_path / "report.html")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and f"{result['arms']['east']['mean']:.4f}" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "FILE", "--target", "kind", "--export"], "A model needs a folder"),
        (["train", "FILE", "--target", "kind", "--export", "focal", "--out", "DIR"], "no such arm in this race"),
        (["report", "DIR", "--out", "DIR/report.html"], "There is no finished run in this folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_in_one_sentence(
    words: list[str], said: str, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [word.replace("FILE", str(file)).replace("DIR", str(tmp_path)) for word in words]
    assert main(given) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and said in shown.err and shown.err.count("\n") == 1


def test_a_model_is_asked_for_in_vain_where_no_onnx_file_can_be_written(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert trained(file, tmp_path / "run", "--export") == 2
    remedy = "install it with: pip install onnx"
    assert capsys.readouterr().err == (
        f"east: An ONNX file needs a package that is not installed; {remedy}.\n"
    )
