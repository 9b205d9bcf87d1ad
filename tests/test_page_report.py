"""The page Take away, driven without a browser: what it offers equals what the library gives."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import east
from east.comparison import compare, race_from, summary
from east.export import predict_table, save_model
from east.training import Arm, Outcome
from tests.app_driver import ROOT, errors, opened, press, read, sound, until, uploaded, widget
from tests.compare_driver import compared, run_of

PAGE = "pages/report/page.py"
WINE = ROOT / "sample_data" / "wine.csv"
Offered = dict[str, Callable[[], bytes | str]]


@pytest.fixture(scope="module")
def app() -> Iterator[AppTest]:
    """A session whose page takes away a race that was stopped early."""
    app = compared(losses="east,cross_entropy")
    yield sound(app.switch_page(PAGE).run())


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Offered:
    """What makes each file that the page offers, by the file's name."""
    found: Offered = {}

    def note(label: str, data: Callable[[], bytes | str], name: str, **_: object) -> None:
        found[name] = data

    monkeypatch.setattr(st, "download_button", note)
    return found


def given(app: AppTest, frame: pd.DataFrame, name: str = "new.csv") -> AppTest:
    """Upload a table to be predicted, and wait for its reading."""
    app.file_uploader[0].upload(name, frame.to_csv(index=False).encode(), "text/csv")
    return read(app)


def wine() -> pd.DataFrame:
    return pd.read_csv(WINE)


def told(app: AppTest) -> str:
    return " ".join(entry.value for entry in app.markdown).replace("\\", "")


def shown_arm(app: AppTest) -> tuple[Outcome, Arm]:
    _, outcome = run_of(app)
    key = next(box.value for box in app.selectbox if box.label.startswith("Model of"))
    return outcome, next(found.arm for found in outcome.arms if found.arm.key == key)


def of_library(outcome: Outcome, arm: Arm, frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    return predict_table(east.load_model(save_model(outcome, folder / "model.zip", arm=arm)), frame)


def test_before_a_training_it_says_what_will_be_there_and_links_to_it() -> None:
    app = opened("report")
    assert "nothing to take away yet" in told(app)
    assert [link.proto.label for link in app.get("page_link")] == ["Go to the training"]


def test_it_starts_with_the_way_that_the_verdict_ends_at(app: AppTest) -> None:
    outcome, arm = shown_arm(app)
    assert arm == compare(race_from(outcome)).steps[-1].start


def test_predictions_of_a_new_table_are_the_librarys(app: AppTest, offered: Offered, tmp_path: Path) -> None:
    frame = wine().sample(60, random_state=0)[::-1]
    frame = frame[[*reversed(frame.columns)]].assign(extra="=1+1")
    given(app, frame)
    outcome, arm = shown_arm(app)
    expected = of_library(outcome, arm, frame, tmp_path)
    for found in (
        pd.read_parquet(io.BytesIO(bytes(offered["new_predictions.parquet"]()))),  # type: ignore[arg-type]
        pd.read_csv(io.BytesIO(bytes(offered["new_predictions.csv"]()))),  # type: ignore[arg-type]
    ):
        assert found["predicted"].tolist() == expected["predicted"].tolist()
        shares = [name for name in expected.columns if name.startswith("p(")]
        np.testing.assert_allclose(found[shares], expected[shares], atol=1e-12)
    assert "60 rows predicted" in told(app)
    assert "Not in training, and ignored: extra." in told(app)
    assert "cultivar is what is predicted" in told(app)


def test_another_arm_gives_its_own_predictions(app: AppTest, offered: Offered, tmp_path: Path) -> None:
    given(app, wine())
    (box,) = [box for box in app.selectbox if box.label.startswith("Model of")]
    outcome, before = shown_arm(app)
    other = next(found.arm for found in outcome.arms if found.arm.ensemble and found.arm != before)
    box.set_value(other.key)
    sound(app.run())
    expected = of_library(outcome, other, wine(), tmp_path)
    found = pd.read_parquet(io.BytesIO(bytes(offered["new_predictions.parquet"]())))  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert "all 2 networks" in " ".join(entry.value for entry in app.caption)


def test_a_missing_column_and_one_of_another_type_are_told(app: AppTest, offered: Offered) -> None:
    given(app, wine().drop(columns=["ash", "hue"]), "short.csv")
    assert errors(app) == [
        "The table lacks columns the model was trained on: got no 'ash', 'hue'; add them, empty if unknown."
    ]
    assert "'ash': not in this table." in told(app)
    assert "new_predictions.csv" not in offered
    given(app, wine().assign(hue="blue"), "words.csv")
    assert errors(app) == [
        "The column 'hue' held numbers in training, and none can be read now: got 'blue'; give numbers, or leave its "
        "cells empty."
    ]


def test_a_shifted_column_is_told_plainly(app: AppTest) -> None:
    frame = wine()
    given(app, frame.assign(proline=frame["proline"] + 2 * frame["proline"].std()), "shifted.csv")
    assert "'proline': the mean is" in told(app) and "standard deviations higher" in told(app)
    assert "12 columns are as in training" in told(app)


def test_a_file_that_is_no_table_is_refused_in_one_sentence(app: AppTest) -> None:
    app.file_uploader[0].upload("broken.parquet", b"PAR1 and nothing else", "application/octet-stream")
    (problem,) = errors(read(app))
    assert "broken.parquet" in problem


def test_the_files_of_the_run_are_made_when_asked_for(app: AppTest, offered: Offered) -> None:
    sound(app.run())
    run, outcome = run_of(app)
    assert json.loads(offered["comparison.json"]()) == json.loads(json.dumps(summary(outcome)))
    steps = [moment["step"] for moment in json.loads(offered["history.json"]())]
    assert steps == [snapshot.step for snapshot in run.history()]
    assert escape(summary(outcome)["verdict"]["text"].split(". ")[0]) in str(offered["report.html"]())
    assert bytes(offered["model.onnx"]())  # type: ignore[arg-type]
    assert len(pd.read_csv(io.BytesIO(bytes(offered["predictions.csv"]())))) > 0  # type: ignore[arg-type]
    assert "This run was stopped after" in " ".join(entry.value for entry in app.caption)


def finished(app: AppTest) -> AppTest:
    """Train to the end and go to the page."""
    press(app, "Train")
    until(app, lambda data: data["strip"]["status"] == "finished")
    return sound(app.switch_page(PAGE).run())


def code(app: AppTest, start: str) -> str:
    return next(entry.value for entry in app.code if entry.value.startswith(start))


def ran(words: list[str], folder: Path) -> dict[str, Any]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_script_of_a_made_problem_does_the_run_again_to_the_last_digit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = finished(
        opened("train", epochs="2", seeds="2", rows="600", overlap="0.7", split_seed="3", pace="full")
    )
    _, outcome = run_of(app)
    exec(code(app, "import json"), {})
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(summary(outcome)))
    (words,) = [entry.value.replace("\\", "") for entry in app.info]
    assert words == "The command line trains on files: got a made problem; take the Python script."


def test_command_and_script_of_an_upload_do_the_run_again_to_the_last_digit(tmp_path: Path) -> None:
    data = wine().rename(columns={"hue": "it's; hue"}).to_csv(index=False, sep=";", decimal=",").encode()
    (tmp_path / "my wine.csv").write_bytes(data)
    app = uploaded("my wine.csv", data)
    widget(app, "selectbox", "Delimiter").set_value(";")
    read(app)
    app.switch_page("pages/train/page.py").run()
    widget(app, "number_input", "Epochs").set_value(3)
    finished(sound(app.run()))
    expected = json.loads(json.dumps(summary(run_of(app)[1])))
    assert "with your file my wine.csv in it" in " ".join(entry.value for entry in app.caption).replace(
        "\\", ""
    )
    assert ran([sys.executable, "-c", code(app, "import json")], tmp_path) == expected
    line = code(app, "python -m east")
    assert "--delimiter=;" in line
    words = [sys.executable, *shlex.split(line)[1:], "--json", "--quiet"]
    assert ran(words, tmp_path)["arms"] == expected["arms"]
