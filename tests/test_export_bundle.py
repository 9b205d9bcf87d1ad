"""A saved model: its loader alone, ONNX and the library agree, and what does not fit gets one clear sentence."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import east
from east.errors import DatasetError, EastError
from east.estimator import EASTClassifier
from east.export import predict, predict_table, save_onnx, training_facts
from east.export.files import write_whole
from east.network import predict_probabilities
from east.rules import DecisionRule
from east.tables import table_from_frame
from east.training import Arm, Outcome, TrainConfig, fit

pytestmark = pytest.mark.usefixtures("one_thread")

BLOCKED = ["east", "torch", "streamlit", "skrub", "sklearn", "scipy", "safetensors"]
ALONE = f"""
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {BLOCKED}:
            raise ImportError(name)
sys.meta_path.insert(0, Blocker())
sys.path.insert(0, sys.argv[1])
import numpy as np, pandas as pd
from predict import load
model, rows = load(sys.argv[1]), pd.read_parquet(sys.argv[2])
np.savez(sys.argv[3], probabilities=model.predict_proba(rows), decided=model.predict(rows).astype(str))
assert not set(sys.modules) & set({BLOCKED})
"""


def rows(count: int, seed: int, colours: str = "red green blue") -> pd.DataFrame:
    """Columns of every kind, with gaps."""
    generator = np.random.default_rng(seed)
    words = np.asarray(["swift", "slow", "heavy", "light", "Zürich", "north", "south", "old", "new", "grey"])
    when = pd.Timestamp("2020-01-01") + pd.to_timedelta(generator.integers(0, 20_000, count), unit="h")
    frame = pd.DataFrame(
        {
            "size": generator.normal(3, 2, count),
            "count": generator.integers(0, 9, count),
            "place": np.asarray([3.0, 7.5, 11.0, 2.0, 9.0])[np.arange(count) % 5]
            * (1 + np.arange(count) // 5 % 6),
            "mostly_zero": np.where(generator.random(count) < 0.9, 0.0, generator.random(count)),
            "colour": generator.choice(colours.split(), count),
            "yes": generator.random(count) < 0.4,
            "when": when,
            "day": when.strftime("%Y-%m-%d"),
            "code": generator.integers(0, 70, count).astype(str),
            "words": [" ".join(generator.choice(words, 4)) + f" {number % 61}" for number in range(count)],
        }
    )
    frame["yes"] = frame["yes"].astype(object)
    for place, name in enumerate(frame.columns):
        frame.loc[generator.random(count) < 0.03 * place, name] = None
    return frame


def labels(frame: pd.DataFrame) -> pd.Series[str]:
    score = (
        frame["size"].fillna(3)
        + 2 * (frame["colour"] == "red")
        + frame["words"].fillna("").str.contains("slow")
    )
    return pd.cut(score, [-99, 2.5, 4.5, 99], labels=["low", "middle", "=high"]).astype(str)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    frame = rows(400, 0)
    table = table_from_frame(frame.assign(label=labels(frame)), "mixed")
    config = TrainConfig(east.metric("fbeta"), seeds=(0, 1), epochs=3, hidden=(16, 8), device="cpu")
    return fit(east.prepare(table, "label"), config)


@pytest.fixture(scope="module")
def new_rows() -> pd.DataFrame:
    """A thousand rows with gaps, categories never seen, and columns in another order."""
    frame = rows(1000, 1, "red green violet")
    frame.loc[frame.index[:9], "size"] = [np.inf, -np.inf, 1e300, -1e9, 0, np.nan, 5, 6, 7]
    frame.loc[frame.index[10:40], "words"] = "Ünseen words  entirely\t!"
    frame.loc[frame.index[40:50], "code"] = "n/a"
    return frame[frame.columns[::-1]]


def library(outcome: Outcome, arm: Arm, frame: pd.DataFrame, seed: int | None = None) -> np.ndarray:
    found = outcome.arm(arm)
    lanes = [lane for lane in found.lanes if seed is None or lane.seed == seed]
    features = outcome.encoder.transform(frame)
    return np.asarray(np.mean([predict_probabilities(lane.weights, features) for lane in lanes], axis=0))


def arms_of(outcome: Outcome) -> Iterator[Arm]:
    yield from (found.arm for found in outcome.arms)
    yield Arm("east", outcome.metric, "offsets", members=2)


def test_the_loader_alone_predicts_what_the_library_predicts(
    outcome: Outcome, new_rows: pd.DataFrame, tmp_path: Path
) -> None:
    arm = Arm("east", outcome.metric, "offsets", members=2)
    path, table, found = tmp_path / "model.zip", tmp_path / "rows.parquet", tmp_path / "found.npz"
    east.save_model(outcome, path, arm=arm)
    frame = new_rows.assign(yes=new_rows["yes"].map(str, na_action="ignore"))
    frame.to_parquet(table)
    subprocess.run([sys.executable, "-c", ALONE, path, table, found], cwd=tmp_path, check=True, timeout=120)
    with np.load(found) as alone:
        expected = library(outcome, arm, frame)
        np.testing.assert_allclose(alone["probabilities"], expected, atol=1e-5)
        decided = np.asarray(outcome.classes)[outcome.arm(arm).rules[0].decide(expected)]
        assert (alone["decided"] == decided).mean() > 0.998  # a tie within rounding may fall either way


def test_a_loaded_model_is_the_one_that_was_saved(
    outcome: Outcome, new_rows: pd.DataFrame, tmp_path: Path
) -> None:
    for arm in arms_of(outcome):
        path = east.save_model(outcome, tmp_path / "model.zip", arm=arm, seed=None if arm.ensemble else 1)
        model = east.load_model(path)
        expected = library(outcome, arm, new_rows, None if arm.ensemble else 1)
        np.testing.assert_allclose(model.predict_proba(new_rows), expected, atol=1e-5)
        assert model.rule == outcome.arm(arm).rules[0 if arm.ensemble else 1]
        assert list(model.classes) == list(outcome.classes)
        np.testing.assert_array_equal(
            model.predict(new_rows),
            np.asarray(outcome.classes)[model.rule.decide(model.predict_proba(new_rows))],
        )


def test_onnx_gives_the_same_probabilities_and_decisions(
    outcome: Outcome, new_rows: pd.DataFrame, tmp_path: Path
) -> None:
    import onnx
    import onnxruntime

    for arm in arms_of(outcome):
        path = save_onnx(outcome, tmp_path / "model.onnx", arm=arm, seed=None if arm.ensemble else 0)
        onnx.checker.check_model(onnx.load(path), full_check=True)
        session = onnxruntime.InferenceSession(path.read_bytes())
        probabilities, decisions = session.run(None, {"features": outcome.encoder.transform(new_rows)})
        expected = library(outcome, arm, new_rows, None if arm.ensemble else 0)
        np.testing.assert_allclose(probabilities, expected, atol=1e-5)
        np.testing.assert_array_equal(decisions, outcome.arm(arm).rules[0].decide(probabilities))
        properties = session.get_modelmeta().custom_metadata_map
        assert json.loads(properties["classes"]) == list(outcome.classes)


@pytest.mark.parametrize("temperature", [1.0, 0.5, 3.0])
@pytest.mark.parametrize("kind", ["diagonal", "affine", "negative"])
def test_loader_and_onnx_decide_as_the_rule_does(kind: str, temperature: float, outcome: Outcome) -> None:
    import dataclasses

    import onnxruntime

    from east.export.contents import contents_of
    from east.export.onnx_file import onnx_model

    generator = np.random.default_rng(3)
    prices = {
        "diagonal": np.diag([0.2, 1.0, 3.0]),
        "affine": np.diag([1.0, 1.2, 0.8]) - [0.1, 0.2, 0.0],
        "negative": generator.normal(size=(3, 3)),
    }[kind]
    rule = DecisionRule(temperature, prices)
    model = onnx_model(dataclasses.replace(contents_of(outcome, None, None), rule=rule))
    features = generator.normal(0, 20, (500, outcome.encoder.transform(rows(1, 0)).shape[1])).astype(
        np.float32
    )
    session = onnxruntime.InferenceSession(model.SerializeToString())
    probabilities, decisions = session.run(None, {"features": features})
    np.testing.assert_array_equal(decisions, rule.decide(probabilities))
    np.testing.assert_array_equal(predict.decide(probabilities, rule.to_json()), rule.decide(probabilities))
    assert len(set(decisions.tolist())) > 1


def test_the_lane_of_the_best_validation_score_is_saved_by_default(outcome: Outcome, tmp_path: Path) -> None:
    lanes = outcome.arms[0].lanes
    best = max(lanes, key=lambda lane: lane.best_score)
    model = east.load_model(east.save_model(outcome, tmp_path / "model.zip"))
    assert model.about["seeds"] == [best.seed]
    assert model.about["validation_score"] == pytest.approx(best.best_score)


def test_the_same_model_gives_the_same_bytes_and_tells_its_settings(outcome: Outcome, tmp_path: Path) -> None:
    first = east.save_model(outcome, tmp_path / "one.zip").read_bytes()
    second = east.save_model(outcome, tmp_path / "two.zip")
    assert second.read_bytes() == first
    about = east.load_model(second).about
    assert about["settings"]["epochs"] == 3 and about["settings"]["hidden"] == [16, 8]
    assert about["versions"]["numpy"] == np.__version__
    with zipfile.ZipFile(second) as archive:
        assert sorted(archive.namelist()) == ["model.json", "predict.py", "weights.safetensors"]


def test_tables_that_do_not_fit_are_told_so(outcome: Outcome, new_rows: pd.DataFrame, tmp_path: Path) -> None:
    model = east.load_model(east.save_model(outcome, tmp_path / "model.zip"))
    with pytest.raises(DatasetError, match=r"lacks columns .* got no 'size', 'colour'; add them"):
        model.predict(new_rows.drop(columns=["size", "colour"]))
    with pytest.raises(
        DatasetError, match="'size' held numbers in training, and none can be read now: got 'big'"
    ):
        model.predict(new_rows.assign(size="big"))
    with pytest.raises(DatasetError, match="'when' held dates in training"):
        model.predict(new_rows.assign(when="yesterday or so"))
    with pytest.raises(DatasetError, match="there twice"):
        model.predict(pd.concat([new_rows, new_rows[["size"]]], axis=1))
    more = new_rows.assign(extra=1)[["extra", *new_rows.columns]]
    np.testing.assert_array_equal(model.predict_proba(more), model.predict_proba(new_rows))
    as_text = new_rows.assign(size=new_rows["size"].map(repr))
    np.testing.assert_array_equal(model.predict_proba(as_text), model.predict_proba(new_rows))
    assert model.predict(new_rows.head(0)).shape == (0,)


def test_a_table_of_predictions(outcome: Outcome, new_rows: pd.DataFrame, tmp_path: Path) -> None:
    model = east.load_model(east.save_model(outcome, tmp_path / "model.zip"))
    table = predict_table(model, new_rows)
    assert list(table.columns) == ["row", "predicted", *(f"p({name})" for name in outcome.classes)]
    assert (table["predicted"] == model.predict(new_rows)).all()
    np.testing.assert_allclose(table.iloc[:, 2:].sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    "target", [[0, 1, 2], [True, False, True], ["a", "b", "ç"], [1.0, 2.0, 3.0]], ids=str
)
def test_a_classifier_comes_back_as_it_was(target: list[object], tmp_path: Path) -> None:
    frame = rows(120, 0)
    model = EASTClassifier(
        metric=east.metric("kappa"), rule="offsets", members=2, epochs=1, hidden=(8,), device="cpu"
    )
    model.fit(frame, np.asarray(target)[np.arange(120) % 3])
    loaded = EASTClassifier.load(model.save(tmp_path / "model.zip"))
    again = EASTClassifier.load(loaded.save(tmp_path / "again.zip"))
    new = rows(50, 2)
    for one in (loaded, again):
        np.testing.assert_array_equal(one.predict(new), model.predict(new))
        np.testing.assert_allclose(one.predict_proba(new), model.predict_proba(new), atol=1e-5)
        assert one.get_params() == model.get_params()
        assert one.classes_.dtype == model.classes_.dtype
        assert (one.validation_score_, one.best_step_) == (model.validation_score_, model.best_step_)
    np.testing.assert_array_equal(east.load_model(tmp_path / "model.zip").predict(new), model.predict(new))


def test_a_classifier_of_an_array_comes_back(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(90, 3))
    model = EASTClassifier(epochs=1, device="cpu").fit(values, values[:, 0] > 0)
    path = model.save(tmp_path / "model.zip")
    np.testing.assert_array_equal(EASTClassifier.load(path).predict(values), model.predict(values))
    np.testing.assert_array_equal(east.load_model(path).predict(values), model.predict(values))


def test_what_is_no_model_is_refused_in_one_sentence(outcome: Outcome, tmp_path: Path) -> None:
    whole = east.save_model(outcome, tmp_path / "model.zip").read_bytes()
    path = tmp_path / "bad.zip"
    with pytest.raises(EastError, match="cannot be read"):
        east.load_model(path)
    for at in range(0, len(whole), len(whole) // 7):
        path.write_bytes(whole[:at])
        with pytest.raises(EastError, match=r"no saved model, or it is damaged .*bad.zip"):
            east.load_model(path)
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    path.write_bytes(flipped)
    with pytest.raises(EastError, match="damaged"):
        east.load_model(path)
    with pytest.raises(EastError, match="not saved from a classifier"):
        EASTClassifier.load(tmp_path / "model.zip")


def test_a_model_without_some_weights_is_refused_when_it_is_loaded(outcome: Outcome, tmp_path: Path) -> None:
    path = east.save_model(outcome, tmp_path / "model.zip")
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(files["model.json"])
    for change in (
        {"layers": 4},
        {"members": 2},
        {"format": "east-model-9"},
        {"rule": {"temperature": 1, "prices": [[1]]}},
    ):
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in (files | {"model.json": json.dumps({**about, **change}).encode()}).items():
                archive.writestr(name, data)
        with pytest.raises(EastError):
            east.load_model(path)


def test_unknown_arms_seeds_and_sources_are_refused(outcome: Outcome, tmp_path: Path) -> None:
    with pytest.raises(
        EastError, match="no such arm in this run: got 'focal'; choose from east, cross_entropy"
    ):
        east.save_model(outcome, tmp_path / "m.zip", arm=Arm("focal", outcome.metric))
    with pytest.raises(EastError, match="no such seed in this run: got 7"):
        east.save_model(outcome, tmp_path / "m.zip", seed=7)
    with pytest.raises(EastError, match="fit it first"):
        east.save_model(EASTClassifier(), tmp_path / "m.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_whole(tmp_path / "file", b"first")
    monkeypatch.setattr(
        "os.fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(EastError, match="No space left on device"):
        write_whole(path, b"second")
    assert path.read_bytes() == b"first" and list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    with pytest.raises(EastError, match="cannot be written"):
        write_whole(tmp_path / "nowhere" / "file", b"")


def test_a_model_can_tell_what_its_training_rows_were_like(outcome: Outcome, tmp_path: Path) -> None:
    facts = training_facts(rows(400, 0))
    model = east.load_model(east.save_model(outcome, tmp_path / "model.zip", training=facts))
    assert model.training == facts
