"""The command line: what it prints agrees with scikit-learn, and bad input gets one sentence."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix, fbeta_score, precision_score

from east.command_line import main
from east.command_line.parser import (
    SPLIT_OPTIONS,
    TABLE_OPTIONS,
    config_names,
    given,
    metric_options,
    parser,
)
from east.dataset import Choices
from east.losses import LOSSES
from east.metrics import METRICS
from east.rules import RULES
from east.tables import ReadOptions, Sample, samples
from east.training import TrainConfig
from tests.tables_corpus.making import xlsx, zipped

ROOT = Path(__file__).parents[1]
WINE = str(ROOT / "sample_data" / "wine.csv")
PENGUINS = str(ROOT / "sample_data" / "penguins.csv")


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json", "--quiet"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert shown.out.count("\n") == 1
    result: dict[str, Any] = json.loads(shown.out)
    return result


def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "east", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        **options,
    )


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.file.stem)
def test_every_sample_trains_and_its_matrices_hold_every_test_row(
    sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (
        "--rules",
        "argmax",
        "offsets",
        "--metric",
        "fbeta",
        "--beta",
        "0.5",
        "--losses",
        "east",
        "cross_entropy",
        "--seeds",
        "3",
    )
    result = run_json(capsys, "train", str(sample.file), "--target", sample.target, *asked, "--epochs", "2")
    labels = pd.read_csv(sample.file, keep_default_na=False)[sample.target].astype(str)
    assert set(result["classes"]) == set(labels)
    assert result["metric"] == "Macro F0.5"
    names = {"east", "cross_entropy", "east+offsets", "cross_entropy+offsets"}
    assert (set(result["arms"]), set(result["paired"])) == (names, names - {"east"})
    for arm in result["arms"].values():
        assert len(arm["scores"]) == 3
        assert arm["mean"] == pytest.approx(np.mean(arm["scores"]))
        assert arm["ci"][0] <= arm["mean"] <= arm["ci"][1]
        for matrix in (arm["hard"], arm["soft"]):
            np.testing.assert_allclose(np.sum(matrix, axis=1), result["class_counts"], rtol=1e-5)
    assert sum(result["class_counts"]) == pytest.approx(0.2 * len(labels), rel=0.05)


def test_scores_and_matrices_are_scikit_learns_on_the_written_predictions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (
        "--rules",
        "argmax",
        "offsets",
        "--beta",
        "0.25",
        "--seeds",
        "2",
        "--epochs",
        "8",
        "--out",
        str(tmp_path / "new" / "folder"),
    )
    result = run_json(capsys, "train", PENGUINS, *arguments)
    assert json.loads((tmp_path / "new" / "folder" / "result.json").read_text(encoding="utf-8")) == result
    rows = pd.read_csv(tmp_path / "new" / "folder" / "predictions.csv")
    table = pd.read_csv(PENGUINS)
    assert (table["species"].to_numpy()[rows["row"]] == rows["true"]).all()
    assert set(result["arms"]) == {"east", "cross_entropy", "east+offsets", "cross_entropy+offsets"}
    for key, arm in result["arms"].items():
        found = [rows[(rows["arm"] == key) & (rows["seed"] == seed)] for seed in (0, 1)]
        scores = [fbeta_score(part["true"], part["predicted"], beta=0.25, average="macro") for part in found]
        assert arm["scores"] == pytest.approx(scores, abs=1e-12)
        counts = [
            confusion_matrix(part["true"], part["predicted"], labels=result["classes"]) for part in found
        ]
        np.testing.assert_allclose(arm["hard"], np.mean(counts, axis=0), atol=1e-12)
    for key, paired in result["paired"].items():
        difference = result["arms"]["east"]["mean"] - result["arms"][key]["mean"]
        assert paired["difference"] == pytest.approx(difference, abs=1e-12)


def test_options_of_metrics_reach_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def predictions(*options: str) -> tuple[pd.DataFrame, float]:
        fixed = ("--losses", "cross_entropy", "--epochs", "60", "--out", str(tmp_path))
        result = run_json(capsys, "train", PENGUINS, *options, *fixed)
        rows = pd.read_csv(tmp_path / "predictions.csv")
        return rows[rows["arm"] == "cross_entropy"], result["arms"]["cross_entropy"]["mean"]

    rows, score = predictions("--metric", "kappa", "--weights", "quadratic")
    assert score == pytest.approx(cohen_kappa_score(rows["true"], rows["predicted"], weights="quadratic"))
    rows, score = predictions("--metric", "precision", "--class", "Gentoo")
    assert score == pytest.approx(
        precision_score(rows["true"], rows["predicted"], labels=["Gentoo"], average="macro")
    )
    gains = np.array([[1.0, 0.0, -2.0], [0.0, 3.0, 0.5], [-1.0, 0.0, 1.0]])
    (tmp_path / "gains.txt").write_text("1, 0, -2\n0, 3, .5\n\n-1 0 1\n", encoding="utf-8")
    rows, score = predictions("--metric", "gain", "--gain", str(tmp_path / "gains.txt"))
    counts = confusion_matrix(rows["true"], rows["predicted"], labels=["Adelie", "Chinstrap", "Gentoo"])
    assert score == pytest.approx((counts * gains).sum() / counts.sum())


def test_every_setting_is_an_option() -> None:
    by_hand = {"metric", "seeds", "arms"}
    assert set(config_names()) == {field.name for field in dataclasses.fields(TrainConfig)} - by_hand
    assert set(SPLIT_OPTIONS) == {field.name for field in dataclasses.fields(Choices)} - {
        "target",
        "seed",
    }
    assert set(TABLE_OPTIONS) == {field.name for field in dataclasses.fields(ReadOptions)}
    options = parser("train").parse_args(["train", "FILE"])
    names = (*config_names(), *SPLIT_OPTIONS, *metric_options(), *TABLE_OPTIONS)
    assert given(options, names) == {}


def test_settings_reach_the_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = pd.read_csv(WINE)
    table.to_parquet(tmp_path / "wine.parquet")
    split = ("--shares", "0.5", "0.25", "0.25", "--split-seed", "3", "--exclude", "alcohol", "ash")
    network = (
        "--hidden",
        "8",
        "--dropout",
        "0.1",
        "--batch-size",
        "20",
        "--epochs",
        "3",
        "--evaluations",
        "3",
    )
    rest = (
        "--learning-rate",
        "0.01",
        "--weight-decay",
        "0",
        "--clip",
        "5",
        "--patience",
        "2",
        "--device",
        "cpu",
    )
    result = run_json(
        capsys, "train", str(tmp_path / "wine.parquet"), "--target", "cultivar", *split, *network, *rest
    )
    assert sum(result["class_counts"]) == pytest.approx(len(table) / 4, abs=2)
    assert result["target"] == "cultivar"


def test_the_same_command_prints_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    first, again = (run_json(capsys, "train", WINE, "--seeds", "2", "--epochs", "5") for _ in range(2))
    assert first == again


def test_people_get_a_table_a_verdict_and_progress(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", WINE, "--losses", "east", "weighted_cross_entropy", "--epochs", "20"]) == 0
    shown = capsys.readouterr()
    assert "Macro F1 on 35 test rows of 3 classes, 1 seed" in shown.out
    assert "Class-weighted cross-entropy" in shown.out
    assert shown.out.rstrip().endswith(".")
    assert "step 20/20" in shown.err
    assert "delimiter: ','" in shown.err


def test_a_training_that_diverges_is_told_and_still_scored(capsys: pytest.CaptureFixture[str]) -> None:
    settings = ("--learning-rate", "1e30", "--epochs", "20", "--losses", "cross_entropy", "--json")
    assert main(["train", WINE, *settings]) == 0
    shown = capsys.readouterr()
    assert "diverged: cross_entropy" in shown.err
    assert 0 <= json.loads(shown.out)["arms"]["cross_entropy"]["mean"] <= 1


def test_a_guessed_target_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.read_csv(WINE).rename(columns={"cultivar": "class"})
    frame.to_csv(tmp_path / "mine.csv", index=False)
    assert main(["train", str(tmp_path / "mine.csv"), "--epochs", "1"]) == 0
    shown = capsys.readouterr()
    assert "target 'class'" in shown.out
    assert "'class' is a guess" in shown.err


def test_list_names_every_metric_loss_rule_and_sample(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    shown = capsys.readouterr().out.split()
    assert {*METRICS, *LOSSES, *RULES, *(str(sample.file) for sample in samples())} <= set(shown)


def test_a_profile_is_plain_facts_in_json_and_in_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", PENGUINS, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    frame = pd.read_csv(PENGUINS)
    assert facts["target"] == "species"
    assert [(c["name"], c["missing"], c["distinct"]) for c in facts["columns"]] == [
        (name, frame[name].isna().sum(), frame[name].nunique()) for name in frame.columns
    ]
    assert {c["label"]: c["count"] for c in facts["classes"]} == frame["species"].value_counts().to_dict()
    assert {finding["what"] for finding in facts["findings"]} >= {"encoding", "delimiter"}
    frame.assign(key=range(1000, 1000 + len(frame))).to_csv(tmp_path / "mine.csv", index=False)
    assert main(["profile", str(tmp_path / "mine.csv"), "--target", "sex"]) == 0
    shown = capsys.readouterr().out
    assert "!! 'sex': 11 of 344 rows have no target" in shown
    assert "!  'key': nearly every row has a different value" in shown
    assert "species (0." in shown and "imbalance ratio 1.0" in shown
    assert "delimiter: ','" in shown


def test_a_file_is_read_as_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def columns(data: bytes, name: str, *asked: str) -> dict[str, str]:
        (tmp_path / name).write_bytes(data)
        assert main(["profile", str(tmp_path / name), *asked, "--json"]) == 0
        facts = json.loads(capsys.readouterr().out)
        return {column["name"]: column["role"] for column in facts["columns"]}

    lines = "".join(f"{place}\t{place / 8}|\u00fc\n".replace(".", ",") for place in range(1, 40))
    data = f"a\tb|\u00e4\n{lines}".encode("cp1252")
    tabbed = ("--delimiter", "tab", "--encoding", "cp1252")
    assert list(columns(data, "x.txt", *tabbed)) == ["a", "b|\u00e4"]
    barred = columns(data, "x.txt", "--delimiter", "|", "--encoding", "latin-1")
    assert list(barred) == ["a\tb", "\u00e4"]
    comma = b"a;b\n" + b"".join(b"%d,5;%d\n" % (place, place % 3) for place in range(40))
    assert columns(comma, "y.csv", "--decimal", ",", "--delimiter", ";")["a"] == "numeric"
    assert columns(comma, "y.csv", "--decimal", ".", "--delimiter", ";")["a"] != "numeric"
    assert list(columns(comma, "y.csv", "--header", "no")) == ["column_1", "column_2"]
    sheets = xlsx({"One": [["x"], [1], [2]], "Two": [["y", "z"], [3, 5], [4, 6]]})
    assert list(columns(sheets, "w.xlsx", "--sheet", "Two")) == ["y", "z"]
    archive = zipped({"a.csv": b"x,y\n1,2\n", "b.csv": b"u,v\n1,2\n"})
    assert list(columns(archive, "z.zip", "--member", "b.csv")) == ["u", "v"]


def test_questions_of_a_target_are_answered_by_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"x": generator.normal(size=120), "who": np.arange(120) // 4})
    frame["day"] = pd.date_range("2021-01-01", periods=120).strftime("%d.%m.%Y")
    frame["size"] = frame["x"] + generator.normal(size=120) / 4
    frame["kind"] = [None, "rare", *["a", "b"] * 59]
    frame.to_csv(tmp_path / "t.csv", index=False)
    fixed = ("train", str(tmp_path / "t.csv"), "--epochs", "1", "--losses", "focal", "cross_entropy")
    result = run_json(capsys, *fixed, "--target", "size", "--bins", "3", "--exclude", "kind")
    assert result["class_counts"] == [8, 8, 8]
    kept = ("--target", "kind", "--missing-target", "leave_out", "--rare", "keep")
    assert run_json(capsys, *fixed, *kept)["classes"] == ["a", "b", "rare"]
    merged = ("--target", "kind", "--missing-target", "leave_out", "--rare", "merge")
    assert "other" in run_json(capsys, *fixed, *merged)["classes"]
    out = ("--out", str(tmp_path))
    run_json(capsys, *fixed, *kept, "--time", "day", *out)
    rows = pd.read_csv(tmp_path / "predictions.csv")["row"]
    assert sorted(rows.unique()) == list(range(96, 120))
    run_json(capsys, *fixed, *kept, "--group", "who", *out)
    tested = set(pd.read_csv(tmp_path / "predictions.csv")["row"].tolist())
    assert {4 * (row // 4) + place for row in tested for place in range(4)} - {0, 1} == tested - {0, 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bad")
    (made / "empty.csv").write_bytes(b"")
    (made / "binary.csv").write_bytes(np.random.default_rng(0).bytes(4000))
    (made / "header.csv").write_text("a,b\n", encoding="utf-8")
    (made / "one.csv").write_text("a,b\n" + "1,x\n2,x\n" * 20, encoding="utf-8")
    (made / "rare.csv").write_text("a,b\n" + "1,x\n2,y\n" * 20 + "3,z\n", encoding="utf-8")
    (made / "numbers.csv").write_text(
        "a,b\n" + "".join(f"{place / 7},{place / 3}\n" for place in range(200)), encoding="utf-8"
    )
    (made / "three.csv").write_text("a,b,c,d\n" + "1,x,1,2\n2,y,2,1\n" * 20, encoding="utf-8")
    (made / "gain.txt").write_text("1 0\n0 1\n", encoding="utf-8")
    (made / "txt").write_text("one two\n", encoding="utf-8")
    return made


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("train {}/missing.csv", "no such file"),
        ("train {}", "has no parquet file"),
        ("train {}/empty.csv --target a", "empty"),
        ("train {}/header.csv --target a", "no rows"),
        ("train {}/binary.csv --target a", "cannot be read as a table"),
        ("train {}/one.csv --target label", "target column is not in the table: got 'label'"),
        ("train {}/one.csv --target b", "fewer than two classes"),
        ("train {}/rare.csv --target b", "'z' (1)"),
        ("train {}/numbers.csv", "No column to predict is given; give --target, one of: a, b"),
        ("train {}/numbers.csv --target b", "continuous"),
        (
            f"train {WINE} --metric fbet",
            "no such metric: got 'fbet' (did you mean 'fbeta'?); choose one of accuracy",
        ),
        (f"train {WINE} --losses east hinge", "no such loss: got 'hinge'; choose one of east"),
        (f"train {WINE} --losses east east", "each once"),
        (f"train {WINE} --metric mcc --beta 2", "no such option of the metric mcc: got 'beta'"),
        (f"train {WINE} --class cultivar_9", "no such class: got 'cultivar_9'; choose one of: class_0"),
        (f"train {WINE} --metric gain", "--gain FILE"),
        (f"train {WINE} --metric gain --gain {{}}/gain.txt", "2 x 2 for 3 classes"),
        (f"train {WINE} --metric gain --gain {{}}/txt", "gain matrix cannot be read"),
        (f"train {WINE} --metric gain --gain {{}}/missing.txt", "gain matrix cannot be read"),
        (f"train {WINE} --device abacus", "no such device"),
        (f"train {WINE} --rules best", "no such decision rule: got 'best'; choose one of argmax"),
        (f"train {WINE} --rules argmax argmax", "Give at least one rule, each once"),
        (f"train {WINE} --shares 0.8 0.2 0", "no test rows"),
        (f"train {WINE} --shares 1 1 1", "split is not possible"),
        (f"train {WINE} --exclude vintage", "left-out column is not in the table"),
        (f"train {WINE} --rare drop", "no such policy"),
        ("train {}/one.csv --target b --delimiter xx", "cannot be a delimiter"),
        ("profile {}/one.csv --decimal ;", "no such decimal mark"),
        ("profile {}/one.csv --encoding utf-99", "no such encoding"),
        ("profile {}/one.csv --format pickle", "no such format"),
        ("profile {}/one.csv --target label", "target column is not in the table: got 'label'"),
        ("profile {}/missing.csv", "no such file"),
        ("profile {}/binary.csv", "cannot be read as a table"),
        ("train {}/numbers.csv --target b --bins 1", "cannot be cut into so many bins"),
        ("train {}/three.csv --target b --group a --time c", "either by group or by time"),
        ("train {}/rare.csv --target b --group c", "group column is not in the table"),
        (f"train {WINE} --out {{}}/gain.txt", "cannot be written"),
        ("benchmark {}/one.csv", "give FILE:TARGET"),
        ("benchmark {}/one.csv:b --jobs 1", "fewer than two classes"),
        ("benchmark --suite best", "no such suite: got 'best'; choose one of samples"),
        ("benchmark --metrics fbeta:gamma=1", "no such option of the metric fbeta: got 'gamma'"),
        ("benchmark --losses hinge", "no such loss: got 'hinge'"),
        ("benchmark --rules best", "no such decision rule: got 'best'"),
    ],
)
def test_bad_input_gets_one_sentence_and_status_2(
    arguments: str, sentence: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments.format(folder).split()) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("east: ")
    assert shown.err.endswith(".\n")
    assert shown.err.count("\n") == 1
    assert sentence in shown.err


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "drive",
        "train",
        f"train {WINE} --seeds many",
        f"train {WINE} --seeds 0",
        f"train {WINE} --seeds 99999999999",
        f"train {WINE} --split-seed -1",
        f"train {WINE} --loses east",
        f"train {WINE} --beta -1",
        f"train {WINE} --average most",
        f"train {WINE} --epochs 0",
        f"train {WINE} --epochs 2.5",
        f"train {WINE} --batch-size 1",
        f"train {WINE} --dropout 1",
        f"train {WINE} --precision float8",
        f"train {WINE} --hidden 8 0",
        f"profile {WINE} --header perhaps",
        "profile",
        "benchmark --jobs 0",
    ],
)
def test_a_wrong_command_line_gets_one_line_and_status_2(
    arguments: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments.split())
    shown = capsys.readouterr()
    assert stop.value.code == 2
    assert shown.out == ""
    assert shown.err.startswith("east: ")
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "shown", "loaded"),
    [
        ("--help", "compare losses and rules over many tables", set()),
        ("profile --help", "--target COLUMN", set()),
        ("benchmark --help", "--suite NAME", set()),
        # Its lists of losses and rules come from their tables, which need torch.
        ("train --help", "--rules KEY [KEY ...]", {"torch", "numpy", "pandas", "pyarrow"}),
    ],
)
def test_help_imports_no_more_than_it_shows(arguments: str, shown: str, loaded: set[str]) -> None:
    code = (
        "import sys\nfrom east.command_line import main\n"
        f"try:\n    main({arguments.split()})\nexcept SystemExit as stop:\n    assert stop.code == 0\n"
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"torch", "numpy", "pandas", "sklearn", "skrub", "plotly", "pyarrow"}
    assert heavy & set(done.stderr.split()) == loaded
    assert shown in done.stdout


def test_a_terminal_without_the_letters_still_gets_the_rest(tmp_path: Path) -> None:
    labels = pd.read_csv(WINE)["cultivar"].map({"class_0": "=né", "class_1": "žluť", "class_2": "绿"})
    pd.read_csv(WINE).assign(cultivar=labels).to_csv(tmp_path / "wine.csv", index=False)
    arguments = ["train", str(tmp_path / "wine.csv"), "--target", "cultivar", "--epochs", "1"]
    code = [sys.executable, "-m", "east", *arguments, "--losses", "focal", "--rules", "argmax"]
    code += ["--out", str(tmp_path)]
    plain = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(code, cwd=ROOT, env=plain, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ran alone" in done.stdout.decode("ascii")
    predictions = pd.read_csv(tmp_path / "predictions.csv")
    # What a spreadsheet program would take for a formula is written as text.
    assert set(predictions["true"]) == {"'=né", "žluť", "绿"}


def test_ctrl_c_ends_with_130_and_one_line() -> None:
    # A shell lets what it runs in the background ignore Ctrl-C, these tests and their children too.
    process = start(
        "train", WINE, "--epochs", "100000", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    )
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    assert any(line.startswith("step 0/") for line in lines)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert process.returncode == 130
    assert out == ""
    others = [line for line in err.splitlines() if not line.startswith("step ")]
    assert others == ["east: interrupted."]


def test_a_reader_that_leaves_is_no_traceback() -> None:
    process = start("list")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 130
