"""EASTClassifier within scikit-learn: searches, pipelines, calibration, files and warnings."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_blobs
from sklearn.exceptions import ConvergenceWarning, UndefinedMetricWarning
from sklearn.metrics import brier_score_loss, fbeta_score, make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from east.errors import SettingError
from east.estimator import EASTClassifier
from east.metrics import METRICS, metric
from east.tables import read_table, samples

QUICK = EASTClassifier(epochs=60, hidden=(16,))
Rows = tuple[pd.DataFrame, "pd.Series[Any]"]


@pytest.fixture(scope="module")
def penguins() -> Rows:
    """Numbers, text and missing values, with text labels."""
    sample = next(sample for sample in samples() if sample.file.stem == "penguins")
    frame = read_table(sample.file).frame
    return frame.drop(columns=sample.target), frame[sample.target]


@pytest.fixture(scope="module")
def overlapping() -> tuple[np.ndarray, np.ndarray]:
    """One frequent class and two rare ones that overlap it, labels as text."""
    rows, codes = make_blobs([240, 60, 60], centers=[[0, 0], [2, 0], [0, 2]], random_state=3)
    return rows, np.asarray(["common", "rare", "yes"])[codes]


def test_a_search_over_beta_and_rule_finds_its_way_on_a_frame_with_text(penguins: Rows) -> None:
    rows, labels = penguins
    assert any(isinstance(dtype, pd.StringDtype) for dtype in rows.dtypes) and rows.isna().any().any()
    grid = {"beta": [0.5, 2.0], "rule": ["argmax", "expected"]}
    scorer = make_scorer(fbeta_score, beta=2, average="macro")
    search = GridSearchCV(clone(QUICK), grid, scoring=scorer, cv=2, n_jobs=2, error_score="raise")
    search.fit(rows, labels)
    assert list(search.cv_results_["params"]) == [
        {"beta": beta, "rule": rule} for beta in (0.5, 2.0) for rule in ("argmax", "expected")
    ]
    assert search.best_estimator_.metric_ == metric("fbeta", beta=search.best_params_["beta"])
    assert search.best_score_ > 0.9 and search.score(rows, labels) > 0.9
    alone = clone(QUICK).set_params(**search.best_params_).fit(rows, labels)
    np.testing.assert_array_equal(search.predict_proba(rows), alone.predict_proba(rows))


def test_a_search_over_metric_and_loss_runs_in_two_processes(penguins: Rows) -> None:
    gains = metric("gain", matrix=np.eye(3).tolist())
    grid = {"metric": ["mcc", gains], "loss": ["east", "cross_entropy"]}
    search = GridSearchCV(clone(QUICK), grid, cv=2, n_jobs=2, error_score="raise").fit(*penguins)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_estimator_.metric_ in (metric("mcc"), gains)


def test_it_ends_a_pipeline_after_steps_that_give_frames_or_arrays(penguins: Rows) -> None:
    rows, labels = penguins
    double = FunctionTransformer(lambda frame: frame.assign(double=2 * frame["body_mass_g"]))
    framed = make_pipeline(double, clone(QUICK)).fit(rows, labels)
    assert framed[-1].feature_names_in_.tolist() == [*rows.columns, "double"]
    assert framed.score(rows, labels) > 0.9
    numbers = rows.select_dtypes("number").fillna(0)
    assert make_pipeline(StandardScaler(), clone(QUICK)).fit(numbers, labels).score(numbers, labels) > 0.9


@pytest.mark.parametrize("method", ["sigmoid", "temperature"])
def test_calibration_takes_it_and_lowers_no_accuracy(penguins: Rows, method: str) -> None:
    rows, labels = penguins
    calibrated = CalibratedClassifierCV(clone(QUICK), method=method, cv=2).fit(rows, labels)
    probabilities = calibrated.predict_proba(rows)
    assert calibrated.classes_.tolist() == ["Adelie", "Chinstrap", "Gentoo"]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-12)
    assert calibrated.score(rows, labels) > 0.9
    assert brier_score_loss(labels, probabilities) < 0.2


def test_probabilities_sum_to_one_in_double_precision(penguins: Rows) -> None:
    fitted = clone(QUICK).set_params(members=3).fit(*penguins)
    probabilities = fitted.predict_proba(penguins[0])
    assert probabilities.dtype == np.float64
    assert np.abs(probabilities.sum(axis=1) - 1).max() < 4 * np.finfo(np.float64).eps
    np.testing.assert_allclose(np.exp(fitted.predict_log_proba(penguins[0])), probabilities, rtol=1e-12)


def test_a_probability_of_zero_has_no_logarithm_and_no_warning() -> None:
    rows = np.linspace(-1, 1, 60)[:, None]
    fitted = EASTClassifier(epochs=60, hidden=()).fit(rows, rows[:, 0] > 0)
    weight, bias = fitted.weights_[0][0]
    fitted.weights_ = (((weight * 1e4, bias),),)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logs = fitted.predict_log_proba(rows[[0, -1]])
    assert logs.min() == -np.inf and logs.max() == 0


# One class by its label


def test_one_class_is_named_by_its_label(overlapping: tuple[np.ndarray, np.ndarray]) -> None:
    rows, labels = overlapping
    named = clone(QUICK).set_params(metric="precision", class_label="yes").fit(rows, labels)
    placed = clone(QUICK).set_params(metric="precision", average="class", class_index=2).fit(rows, labels)
    assert dict(named.metric_.options) == {"average": "class", "class_index": 2}
    np.testing.assert_array_equal(named.predict_proba(rows), placed.predict_proba(rows))
    assert named.validation_score_ == placed.validation_score_


def test_a_class_is_named_by_a_label_of_any_kind() -> None:
    rows, codes = make_blobs(60, centers=2, random_state=0)
    for labels, label in ((codes, 1), (codes == 1, True), (codes + 0.0, 1.0), (codes.astype(str), "1")):
        assert (
            clone(QUICK).set_params(class_label=label).fit(rows, labels).metric_.options["class_index"] == 1
        )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"class_label": "no"}, r"There is no such class: got 'no'; choose one of 'common', 'rare', 'yes'\."),
        ({"class_label": 1}, "There is no such class: got 1;"),
        ({"class_label": "yes", "metric": "mcc"}, "class_label does not go with these settings"),
        ({"class_label": "yes", "average": "micro"}, "class_label does not go with these settings"),
        ({"class_label": "yes", "class_index": 2}, "class_label does not go with these settings"),
        ({"class_label": "yes", "metric": metric("mcc")}, "A finished metric takes no class_label"),
    ],
)
def test_a_class_label_that_cannot_be_meant_is_refused(
    settings: dict[str, Any], sentence: str, overlapping: tuple[np.ndarray, np.ndarray]
) -> None:
    with pytest.raises(SettingError, match=sentence):
        clone(QUICK).set_params(**settings).fit(*overlapping)


# What a training leaves behind


def test_the_history_has_a_plain_record_an_evaluation(overlapping: tuple[np.ndarray, np.ndarray]) -> None:
    fitted = EASTClassifier(epochs=100, hidden=(16,), members=2).fit(*overlapping)
    steps = [record["step"] for record in fitted.history_]
    assert steps == sorted(set(steps)) and steps[-1] == 100 and len(steps) == 50
    assert {type(value) for record in fitted.history_ for value in record.values()} <= {int, float}
    table = pd.DataFrame(fitted.history_)
    assert {"score_soft", "score_hard", "train_score", "loss_value", "gradient_norm"} <= set(table.columns)
    assert table["progress"].iloc[-1] == 1 and table["elapsed_s"].is_monotonic_increasing
    assert table["loss_value"].iloc[-1] < table["loss_value"].iloc[0]
    assert table["best_score"].is_monotonic_increasing
    alone = clone(fitted).set_params(members=1).fit(*overlapping)
    best = next(record for record in alone.history_ if record["step"] == alone.best_step_)
    assert best["score_hard"] == pytest.approx(alone.validation_score_, abs=1e-6)


def test_patience_ends_a_training_early_with_the_same_checkpoint() -> None:
    rows, labels = make_blobs(200, centers=[[0, 0], [9, 9]], random_state=0)
    patient = EASTClassifier(epochs=400, hidden=(16,), patience=3).fit(rows, labels)
    scores = [record["score_hard"] for record in patient.history_]
    assert len(scores) == scores.index(max(scores)) + 1 + 3 < 50
    assert patient.validation_score_ == max(scores) == 1
    assert EASTClassifier(epochs=400, hidden=(16,)).fit(rows, labels).history_[-1]["step"] == 400


def test_a_training_that_diverges_warns() -> None:
    rows, labels = make_blobs(60, centers=3, random_state=0)
    with pytest.warns(ConvergenceWarning, match="diverged.* Use a smaller learning_rate"):
        EASTClassifier(epochs=30, learning_rate=1e30).fit(rows, labels)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        EASTClassifier(epochs=30).fit(rows, labels)


def test_a_class_without_a_row_held_out_warns() -> None:
    rows, labels = make_blobs([30, 30, 1], centers=None, random_state=0)
    with pytest.warns(UndefinedMetricWarning, match=r"rows held out have none of 2: "):
        clone(QUICK).fit(rows, labels)


# Files


@pytest.mark.parametrize("key", METRICS)
def test_skops_keeps_the_model_and_needs_trust_in_this_library_alone(key: str, penguins: Rows) -> None:
    import skops.io  # most of a second, which no other test needs

    rows, labels = penguins
    needed = METRICS[key].matrix_option
    chosen = metric(key, **{needed: np.eye(3).tolist()}) if needed else key
    fitted = EASTClassifier(chosen, epochs=5, hidden=(8,), rule="expected", members=2).fit(rows, labels)
    data = skops.io.dumps(fitted)
    unknown = skops.io.get_untrusted_types(data=data)
    assert {name.split(".")[0] for name in unknown} == {"east"}
    loaded = skops.io.loads(data, trusted=unknown)
    assert loaded.get_params() == fitted.get_params()
    assert loaded.metric_ == fitted.metric_ and loaded.history_ == fitted.history_
    np.testing.assert_array_equal(loaded.predict_proba(rows), fitted.predict_proba(rows))
    np.testing.assert_array_equal(loaded.predict(rows), fitted.predict(rows))


def test_a_saved_model_keeps_history_and_label(penguins: Rows, tmp_path: Any) -> None:
    fitted = clone(QUICK).set_params(class_label="Gentoo").fit(*penguins)
    loaded = EASTClassifier.load(fitted.save(tmp_path / "model.zip"))
    assert loaded.get_params() == fitted.get_params() and loaded.history_ == fitted.history_
    np.testing.assert_allclose(
        loaded.predict_proba(penguins[0]), fitted.predict_proba(penguins[0]), atol=1e-12
    )
