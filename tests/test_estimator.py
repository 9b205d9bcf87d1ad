"""EASTClassifier is a plain scikit-learn classifier, on arrays and on frames of any kind."""

from __future__ import annotations

import dataclasses
import functools
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.metrics import fbeta_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils.estimator_checks import estimator_checks_generator

from east.dataset import prepare_arrays
from east.errors import DatasetError, EastError, SettingError
from east.estimator import EASTClassifier
from east.metrics import metric
from east.tables import read_table, samples
from east.training import TrainConfig, fit

# Short trainings: what is checked here is the interface, not how well it learns.
QUICK = EASTClassifier(epochs=60, hidden=(32,))


# Splits, batches and the statistics of columns are of rows: a row of weight 2 is drawn twice as often, and is not
# two rows, of which one may train and the other be held out. `test_estimator_weights` holds what does hold.
NOT_EXACT = {
    "check_sample_weight_equivalence_on_dense_data": "a row of weight 2 counts twice, but is not two rows",
}


def _checks() -> list[Any]:
    """Every check of scikit-learn's; the one for arrays of other libraries needs SCIPY_ARRAY_API set."""
    checks = estimator_checks_generator(QUICK)
    named = [(estimator, check, _name(check)) for estimator, check in checks]
    return [
        pytest.param(estimator, check, id=name, marks=_expected(name))
        for estimator, check, name in named
        if name != "check_array_api_input"
    ]


def _expected(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=NOT_EXACT[name], strict=True)] if name in NOT_EXACT else []


def _name(check: Any) -> str:
    return str(check.func.__name__ if isinstance(check, functools.partial) else check.__name__)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("estimator", "check"), _checks())
def test_scikit_learns_own_checks_pass(estimator: EASTClassifier, check: Any) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def penguins() -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Numbers, categories and missing values, with text labels."""
    sample = next(sample for sample in samples() if sample.file.stem == "penguins")
    frame = read_table(sample.file).frame
    return frame.drop(columns=sample.target), frame[sample.target]


@pytest.fixture(scope="module")
def fitted(penguins: tuple[pd.DataFrame, pd.Series[Any]]) -> EASTClassifier:
    return EASTClassifier().fit(*penguins)


def test_mixed_columns_with_gaps_are_learned(
    penguins: tuple[pd.DataFrame, pd.Series[Any]], fitted: EASTClassifier
) -> None:
    rows, labels = penguins
    assert rows.isna().any().any()
    assert fitted.classes_.tolist() == ["Adelie", "Chinstrap", "Gentoo"]
    assert fitted.n_features_in_ == rows.shape[1]
    assert fitted.feature_names_in_.tolist() == list(rows.columns)
    assert fitted.score(rows, labels) > 0.95 > labels.value_counts(normalize=True).max()


def test_probabilities_are_distributions_and_agree_with_the_labels(
    penguins: tuple[pd.DataFrame, pd.Series[Any]], fitted: EASTClassifier
) -> None:
    probabilities = fitted.predict_proba(penguins[0])
    assert probabilities.shape == (len(penguins[0]), 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert (fitted.classes_[probabilities.argmax(axis=1)] == fitted.predict(penguins[0])).all()


def test_unseen_categories_and_empty_cells_are_predicted(
    penguins: tuple[pd.DataFrame, pd.Series[Any]], fitted: EASTClassifier
) -> None:
    strange = penguins[0].head(3).copy()
    strange["island"] = ["Atlantis", None, "Biscoe"]
    strange.iloc[2, :] = None
    probabilities = fitted.predict_proba(strange)
    assert np.isfinite(probabilities).all()
    assert set(fitted.predict(strange)) <= set(fitted.classes_)


def test_the_index_of_a_frame_does_not_matter(
    penguins: tuple[pd.DataFrame, pd.Series[Any]], fitted: EASTClassifier
) -> None:
    rows = penguins[0]
    shuffled = rows.set_axis(np.random.default_rng(0).permutation(len(rows)))
    np.testing.assert_array_equal(fitted.predict_proba(shuffled), fitted.predict_proba(rows))


def test_columns_that_are_not_those_of_fit_are_refused(
    penguins: tuple[pd.DataFrame, pd.Series[Any]], fitted: EASTClassifier
) -> None:
    with pytest.raises(ValueError, match="feature names"):
        fitted.predict(penguins[0].rename(columns={"island": "isle"}))
    with pytest.raises(ValueError, match="feature names"):
        fitted.predict(penguins[0].iloc[:, :-1])


def test_it_is_the_training_of_the_library() -> None:
    rows, labels = make_blobs(300, centers=4, cluster_std=4.0, random_state=1)
    classifier = EASTClassifier("mcc", loss="focal", epochs=40, random_state=7).fit(rows, labels)
    frame = pd.DataFrame(rows, columns=["column_0", "column_1"])
    dataset = prepare_arrays(frame, labels, shares=(0.8, 0.2, 0.0), seed=7, rare="keep")
    config = TrainConfig(metric=metric("mcc"), losses=("focal",), seeds=(7,), epochs=40)
    lane = fit(dataset, config).lanes[0]
    held_out = classifier.predict_proba(rows[dataset.validation.rows])
    np.testing.assert_allclose(held_out, lane.validation_probabilities, atol=1e-6)
    assert (classifier.validation_score_, classifier.best_step_) == (lane.best_score, lane.best_step)


def test_defaults_are_the_trainings_own() -> None:
    config = {field.name: field.default for field in dataclasses.fields(TrainConfig)}
    settings = EASTClassifier().get_params()
    shared = set(config) & set(settings) - {"metric"}
    assert {name: settings[name] for name in shared} == {name: config[name] for name in shared}
    assert shared >= {"epochs", "batch_size", "hidden", "learning_rate", "averaging", "device"}


def test_the_held_out_score_is_scikit_learns() -> None:
    rows, labels = make_blobs(300, centers=3, cluster_std=5.0, random_state=2)
    classifier = EASTClassifier(beta=0.5, epochs=40).fit(rows, labels)
    frame = pd.DataFrame(rows, columns=["column_0", "column_1"])
    held_out = prepare_arrays(frame, labels, shares=(0.8, 0.2, 0.0), seed=0, rare="keep").validation.rows
    expected = fbeta_score(labels[held_out], classifier.predict(rows[held_out]), beta=0.5, average="macro")
    assert classifier.validation_score_ == pytest.approx(expected, abs=1e-12)


def test_same_seed_same_model_other_seed_another() -> None:
    rows, labels = make_blobs(200, centers=3, cluster_std=3.0, random_state=0)
    first, again, other = (
        clone(QUICK).set_params(random_state=seed).fit(rows, labels).predict_proba(rows) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_global_random_states_are_neither_used_nor_touched() -> None:
    rows, labels = make_blobs(100, centers=2, random_state=0)
    before = np.random.get_state()[1].copy()  # type: ignore[index]
    clone(QUICK).set_params(random_state=np.random.RandomState(5)).fit(rows, labels)
    assert (np.random.get_state()[1] == before).all()  # type: ignore[index]


def test_pickle_and_clone_keep_everything(
    penguins: tuple[pd.DataFrame, pd.Series[Any]], fitted: EASTClassifier
) -> None:
    copied = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(copied.predict_proba(penguins[0]), fitted.predict_proba(penguins[0]))
    gains = metric("gain", matrix=[[1.0, 0.0], [-5.0, 1.0]])
    cloned = clone(EASTClassifier(gains, hidden=(8,)))
    assert cloned.get_params() == EASTClassifier(gains, hidden=(8,)).get_params()
    with pytest.raises(NotFittedError):
        cloned.predict([[0.0]])


@pytest.mark.parametrize(
    "labels",
    [
        np.array([10, 2, 300]),
        np.array([True, False, True]),
        np.array(["b", "a", "10"]),
        np.array([1.0, 0.0, 2.0]),
        pd.Series(["x", "y", "z"], dtype="category"),
        pd.Series([5, 6, 7], dtype="Int64"),
    ],
    ids=lambda labels: str(labels.dtype),
)
def test_labels_of_any_kind_come_back_as_they_were(labels: Any) -> None:
    rows, codes = make_blobs(240, centers=[[0, 0], [9, 0], [0, 9]], cluster_std=0.5, random_state=0)
    wanted = np.asarray(labels)[codes]
    predicted = EASTClassifier(epochs=200, hidden=(32,)).fit(rows, labels.take(codes)).predict(rows)
    assert (predicted == wanted).mean() > 0.9


def test_no_hidden_layer_is_a_linear_model() -> None:
    rows, labels = make_blobs(240, centers=[[0, 0], [9, 0], [0, 9]], cluster_std=0.5, random_state=0)
    fitted = EASTClassifier(epochs=200, hidden=()).fit(rows, labels)
    assert len(fitted.weights_) == 1
    assert fitted.score(rows, labels) > 0.9


def test_a_gain_matrix_moves_the_decisions() -> None:
    rows, labels = make_blobs(400, centers=[[0, 0], [1.5, 0]], cluster_std=1.0, random_state=0)
    fearful = metric("gain", matrix=[[1.0, 0.0], [-9.0, 1.0]])
    found = [
        (EASTClassifier(chosen, epochs=200).fit(rows, labels).predict(rows)[labels == 1] == 1).mean()
        for chosen in ("accuracy", fearful)
    ]
    assert found[1] > found[0] + 0.05


def test_options_a_metric_does_not_take_are_left_alone() -> None:
    rows, labels = make_blobs(60, centers=3, random_state=0)
    for key in ("accuracy", "mcc", "kappa", "gmean", "jaccard", "recall"):
        assert clone(QUICK).set_params(metric=key, epochs=2).fit(rows, labels).metric_.key == key
    one = EASTClassifier("precision", average="class", class_index=2, epochs=2).fit(rows, labels)
    assert dict(one.metric_.options) == {"average": "class", "class_index": 2}


def test_it_works_in_scikit_learns_searches() -> None:
    rows, labels = make_blobs(120, centers=3, cluster_std=1.0, random_state=0)
    assert cross_val_score(clone(QUICK), rows, labels, cv=3).mean() > 0.8
    search = GridSearchCV(clone(QUICK).set_params(epochs=5), {"loss": ["east", "cross_entropy"]}, cv=2)
    assert search.fit(rows, labels).best_params_["loss"] in ("east", "cross_entropy")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"metric": "f7"}, "no such metric"),
        ({"metric": "fbeta", "beta": -1}, "beta must be"),
        ({"average": "most"}, "There is no such average"),
        ({"average": "class", "class_index": 9}, "class_index must be"),
        ({"loss": "hinge"}, "no such loss"),
        ({"device": "abacus"}, "no such device"),
        ({"validation_fraction": 1.0}, "validation_fraction"),
        ({"random_state": -1}, "seeds must be"),
        ({"hidden": (0,)}, "hidden must be a whole number from 1 up"),
        ({"rule": "best"}, "no such decision rule"),
        ({"members": 0}, "members must be a whole number from 1 up"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_one_sentence(
    settings: dict[str, Any], sentence: str
) -> None:
    rows, labels = make_blobs(40, centers=3, random_state=0)
    with pytest.raises(SettingError, match=sentence) as caught:
        EASTClassifier(**settings).fit(rows, labels)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "labels", "sentence"),
    [
        (np.zeros((4, 2)), ["a"] * 4, "single class"),
        (pd.DataFrame({"x": [1.0, 2.0]}), [0, 1], "validate"),
        (pd.DataFrame({"x": [1.0]}), [0], "too little"),
        (pd.DataFrame({"x": [1.0, 2.0, 3.0]}), ["a", None, "b"], "missing"),
        (np.ones((20, 2)), [0, 1] * 10, "No column is left"),
    ],
)
def test_rows_that_cannot_be_learned_from_are_refused(rows: Any, labels: Any, sentence: str) -> None:
    with pytest.raises(EastError, match=sentence):
        EASTClassifier(epochs=1).fit(rows, labels)


def test_numbered_columns_stand_by_their_place_and_repeated_ones_are_refused() -> None:
    rows, labels = make_blobs(60, centers=3, random_state=0)
    numbered = pd.DataFrame(rows, columns=[7, 3])
    by_place = clone(QUICK).fit(rows, labels).predict_proba(rows)
    np.testing.assert_array_equal(clone(QUICK).fit(numbered, labels).predict_proba(numbered), by_place)
    with pytest.raises(DatasetError, match="repeat"):
        clone(QUICK).fit(pd.DataFrame(rows, columns=["x", "x"]), labels)


def test_nothing_to_predict_is_refused(fitted: EASTClassifier) -> None:
    with pytest.raises(DatasetError, match="too little"):
        fitted.predict(pd.DataFrame(columns=fitted.feature_names_in_))
