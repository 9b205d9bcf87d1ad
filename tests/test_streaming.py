"""A folder of parquet files: what it comes to beside the same rows in memory, and what it refuses in one sentence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from pyarrow import parquet

from east.command_line import main
from east.command_line.exit_status import BAD_INPUT, DONE
from east.command_line.schemas import schema_text
from east.dataset import prepare
from east.errors import EastError
from east.export import load_model
from east.metrics import metric
from east.streaming import FolderTraining, open_folder, prepare_folder
from east.streaming.batches import FolderBatches
from east.streaming.folder import slices
from east.streaming.splitting import MOST_JUDGED, parts_of, shares_for
from east.training import TrainConfig, fit
from east.training.ranks import ALONE, Ranks
from tests.parquet_folders import rows, write_folder

CONFIG = TrainConfig(metric("fbeta"), rules=("argmax",), epochs=6, device="cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("streaming") / "rows", [9_000, 0, 7_000, 4_000], 2_500)


def whole_frame(folder: Path) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))], ignore_index=True)


def test_a_folder_comes_to_what_the_same_rows_come_to_in_memory(folder: Path) -> None:
    dataset = prepare_folder(open_folder(folder), "label", ALONE)
    training = FolderTraining(dataset, CONFIG)
    training.advance(training.total_steps)
    streamed = training.outcome()
    frame = whole_frame(folder)
    held = fit(prepare(frame, "label"), CONFIG)
    chance = CONFIG.metric.score(np.outer(np.bincount(held.test_targets), [1, 0, 0, 0]))
    for mine, other in zip(streamed.lanes, held.lanes, strict=True):
        # Different rows test, about 4,000 each: one standard error of the difference is 1.1 points.
        assert mine.test_score == pytest.approx(other.test_score, abs=0.035)
        assert mine.test_score > chance + 0.3
    # The parts are the folder's own rows, each in one part.
    test = training.dataset.test
    assert [streamed.classes[code] for code in test.targets] == frame["label"].iloc[test.rows].tolist()
    everything = dataset.encoder.transform(frame.drop(columns="label").iloc[test.rows])
    np.testing.assert_allclose(test.features, everything, rtol=0, atol=1e-6)


@pytest.mark.parametrize("buffered", [3_000, 10**6])
def test_an_epoch_has_every_training_row_once_in_another_order_each_time(
    buffered: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = prepare_folder(open_folder(folder), "label", ALONE, shards=3)
    config = TrainConfig(metric("mcc"), seeds=(0, 1), batch_size=70, device="cpu")
    monkeypatch.setattr("east.streaming.batches.BUFFER_CELLS", buffered * dataset.num_features)
    batches = FolderBatches(dataset, config, torch.device("cpu"))
    frame = whole_frame(folder)
    places = {row.tobytes(): place for place, row in enumerate(dataset.encoder.transform(frame))}
    trains = np.flatnonzero(parts_of(0, len(frame), dataset.choices.shares, 0) == 0)
    epochs = []
    for _ in range(2):
        seen: list[list[int]] = [[], []]
        for _ in range(batches.per_epoch):
            numbers = batches.next()
            for seed, its in enumerate(numbers):
                drawn = [places[row.tobytes()] for row in batches.rows.features[its].numpy()]
                codes = [dataset.classes.index(label) for label in frame["label"].iloc[drawn]]
                assert codes == batches.rows.targets[its].tolist()
                seen[seed] += drawn
        for its in seen:
            assert len(its) == len(set(its)) >= len(trains) - 70 and set(its) <= set(trains.tolist())
        assert seen[0] != seen[1]
        epochs.append(seen[0])
    assert epochs[0] != epochs[1]
    assert len(batches.rows.targets) <= 3 * buffered + 3
    # Far apart in the folder, close in the batches.
    assert np.abs(np.diff(epochs[0])).mean() > 2_000


def test_the_parts_have_their_shares_and_do_not_depend_on_who_reads_them() -> None:
    parts = parts_of(0, 200_000, (0.6, 0.3, 0.1), seed=3)
    assert np.bincount(parts) / 200_000 == pytest.approx([0.6, 0.3, 0.1], abs=0.005)
    np.testing.assert_array_equal(parts[70_000:70_500], parts_of(70_000, 500, (0.6, 0.3, 0.1), seed=3))
    assert (parts != parts_of(0, 200_000, (0.6, 0.3, 0.1), seed=4)).mean() > 0.3
    assert shares_for(20_000_000, None)[1] * 20_000_000 == pytest.approx(MOST_JUDGED)
    assert shares_for(1_000, None) == (0.6, 0.2, 0.2)


def test_columns_come_in_the_types_of_the_files_whatever_their_values(tmp_path: Path) -> None:
    # A text that looks like a number in one file alone, whole numbers here and fractions there, gaps, dates.
    first: dict[str, list[Any]] = {"code": ["01", "02"] * 40, "n": list(range(80)), "yes": [True, None] * 40}
    second: dict[str, list[Any]] = {
        "code": ["x", "01"] * 40,
        "n": [None, 0.5] * 40,
        "yes": [False, True] * 40,
    }
    for name, columns in (("a", first), ("b", second)):
        day = pd.date_range("2024-01-01", periods=80)
        frame = pd.DataFrame({**columns, "day": day, "y": ["p", "q"] * 40})
        parquet.write_table(pa.Table.from_pandas(frame), tmp_path / f"{name}.parquet", row_group_size=30)
    opened = open_folder(tmp_path)
    dataset = prepare_folder(opened, "y", ALONE)
    assert dict(dataset.encoder.kinds) == {"code": "text", "n": "numeric", "yes": "text", "day": "date"}
    read = [piece.columns.column("code").to_pylist() for group in opened.groups
            for piece in slices(group, ["code"], opened.kinds, 7)]  # fmt: skip
    assert list(chain.from_iterable(read)) == first["code"] + second["code"]
    assert np.isfinite(dataset.validation.features).all()


def test_the_command_prints_and_writes_the_same_kind_of_result(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "train",
        str(folder),
        "--target",
        "label",
        "--json",
        "--epochs",
        "1",
        "--out",
        str(tmp_path),
        "--export",
    ]
    assert main(words) == DONE
    said = capsys.readouterr()
    result = json.loads(said.out)
    jsonschema.validate(result, json.loads(schema_text("train-1")))
    assert result == json.loads((tmp_path / "result.json").read_text())
    hard = np.array(result["arms"]["east"]["hard"])
    predictions = pd.read_csv(tmp_path / "predictions.csv")
    mine = predictions[predictions["arm"] == "east"]
    assert hard.sum() == len(mine) == sum(result["class_counts"])
    assert metric("fbeta").score(hard) == pytest.approx(result["arms"]["east"]["mean"])
    frame = whole_frame(folder)
    assert (frame["label"].iloc[mine["row"]].to_numpy() == mine["true"].to_numpy()).all()
    model = load_model(tmp_path / "model.zip")
    assert (model.predict(frame.iloc[mine["row"]]) == mine["predicted"].to_numpy()).mean() > 0.999
    assert "rows train, " in said.err


Spoil = Callable[[Path], None]


def with_file(frame: pd.DataFrame, name: str = "z.parquet") -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        frame.to_parquet(folder / name)

    return spoil


def nothing(folder: Path) -> None:
    for file in folder.glob("*"):
        file.unlink()


def without_rows(folder: Path) -> None:
    nothing(folder)
    with_file(rows(0, 0))(folder)


def cut_short(folder: Path) -> None:
    (folder / "part-0000.parquet").write_bytes((folder / "part-0000.parquet").read_bytes()[:2000])


def as_it_is(folder: Path) -> None:
    """Leave the folder alone."""


SOME = rows(50, 99)
RARE, UNTOLD = SOME.assign(label="rare").iloc[:1], SOME.assign(label=None).astype({"label": "str"})
REFUSED: list[tuple[Spoil, list[str], str]] = [
    (nothing, [], "has no parquet file; give a folder of files that end in .parquet."),
    (without_rows, [], "has no row: got 1 parquet file; give a folder of files with rows."),
    (with_file(SOME.drop(columns="x3")), [], "A column is missing in one file: got no 'x3' in 'z.parquet', which "),
    (with_file(SOME.assign(x3="?")), [], "type in one file: got 'x3' holds text in 'z.parquet' and numbers in "),
    (with_file(SOME.assign(more=1)), [], "A column is in some files alone: got 'more' in 'z.parquet'"),
    (with_file(SOME, "day=1/z.parquet"), [], "A column in the names of subfolders is not read: got 'day=1'"),
    (cut_short, [], "'part-0000.parquet' cannot be read as parquet: got "),
    (with_file(RARE), [], "One class of 'label' has fewer than 3 rows, too few to train, validate and test: got"),
    (with_file(RARE), ["--rare", "keep", "--split-seed", "1"], "A class has no row to train on: got 'rare'"),
    (with_file(UNTOLD), [], "Rows without a target cannot be learned from: got 50 of 1,050 rows"),
    (as_it_is, ["--target", "x1"], "is a continuous quantity, not a class: got "),
    (as_it_is, ["--target", "lable"], "The target column is not in the table: got 'lable'; choose one of: label."),
    (as_it_is, ["--rare", "merge"], "no such policy of a folder for rare classes: got 'merge'"),
    (as_it_is, ["--references", "boosting"], "References are fitted on a table in memory: got a folder, "),
    (as_it_is, ["--keep"], "A run on a folder cannot be kept and resumed: got a folder, "),
    (as_it_is, ["--group", "colour"], "A split by group needs a table in memory: got a folder, "),
    (as_it_is, ["--shares", "0.7", "0.3", "0"], "There are no test rows to compare on; give --shares a third"),
    (as_it_is, ["--exclude", "nope"], "The left-out column is not in the table: got 'nope'"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "more", "sentence"), REFUSED, ids=[text[:50] for _, _, text in REFUSED])
def test_what_cannot_be_had_is_refused_in_one_sentence(
    spoil: Spoil, more: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(tmp_path / "rows", [600, 400], 300)
    spoil(folder)
    target = [] if "--target" in more else ["--target", "label"]
    assert main(["train", str(folder), *target, *more, "--quiet"]) == BAD_INPUT
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert sentence in said.err


def test_the_column_to_predict_has_to_be_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(folder)]) == BAD_INPUT
    assert "No column to predict is given; give --target, one of: x0, x1, " in capsys.readouterr().err


def test_several_processes_are_refused_where_there_is_no_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(["train", "sample_data/penguins.csv"]) == BAD_INPUT
    assert capsys.readouterr().err.startswith("east: Several processes train on a folder: got ")


def test_a_rank_without_rows_and_too_many_rows_to_judge_are_refused(folder: Path) -> None:
    opened = open_folder(folder)
    with pytest.raises(
        EastError, match="A rank would have no rows: got 9 row groups for 10 ranks; start fewer"
    ):
        prepare_folder(opened, "label", Ranks(10, 0))
    with pytest.raises(EastError, match="kept in memory: got 2,000,000 of 20,000,000 rows, and 500,000 fit"):
        shares_for(20_000_000, (0.8, 0.1, 0.1))


def test_rows_without_a_target_are_left_out_as_asked(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "rows", [900], 300)
    with_file(UNTOLD)(folder)
    dataset = prepare_folder(open_folder(folder), "label", ALONE, missing_target="leave_out")
    assert sum(dataset.census.counts.sum(axis=1)) == 900
    assert "50 of 950 rows have no value in the target 'label' and were left out, as asked." in dataset.notes


def test_the_example_of_its_readme_runs(folder: Path) -> None:
    text = (Path(__file__).parents[1] / "east" / "streaming" / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(train(Path({str(folder)!r})))"],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert 0.1 < float(done.stdout) < 1
