"""The grid, the frontier, the what-if and the race on real trainings, recomputed by scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.datasets import make_classification
from sklearn.metrics import (
    confusion_matrix,
    f1_score,
    fbeta_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
)

from east.comparison import (
    frontier,
    frontier_config,
    grid,
    grid_config,
    predictions_frame,
    probabilities_frame,
    race_from,
    suggested_offsets,
    summary,
    what_if,
)
from east.dataset import Dataset, prepare_arrays
from east.errors import SettingError
from east.metrics import metric
from east.rules import tune_offsets
from east.training import Outcome, TrainConfig, fit

F1, ACCURACY, MCC = metric("fbeta"), metric("accuracy"), metric("mcc")
BETAS = (0.5, 1.0, 2.0)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    features, targets = make_classification(
        600, 6, n_informative=4, n_classes=3, weights=[0.7, 0.2, 0.1], class_sep=0.7, random_state=0
    )
    return prepare_arrays(pd.DataFrame(features, columns=[f"x{i}" for i in range(6)]), targets, seed=0)


@pytest.fixture(scope="module")
def base() -> TrainConfig:
    return TrainConfig(F1, ("east", "cross_entropy"), seeds=(0, 1), epochs=25, hidden=(16,), device="cpu")


@pytest.fixture(scope="module")
def raced(dataset: Dataset, base: TrainConfig) -> Outcome:
    return fit(dataset, base)


@pytest.fixture(scope="module")
def gridded(dataset: Dataset, base: TrainConfig) -> Outcome:
    return fit(dataset, grid_config((F1, ACCURACY, MCC), base))


@pytest.fixture(scope="module")
def swept(dataset: Dataset, base: TrainConfig) -> Outcome:
    return fit(dataset, frontier_config(base, BETAS))


def predicted(outcome: Outcome, lane: int) -> NDArray[np.int64]:
    return np.asarray(outcome.lanes[lane].test_probabilities.argmax(axis=1))


def test_a_race_lines_up_lanes_and_offsets(raced: Outcome) -> None:
    race = race_from(raced)
    assert race.keys == ("east", "cross_entropy", "cross_entropy+offsets")
    assert race.seeds == (0, 1)
    assert race.hero == "east"
    for place, arm in enumerate(race.arms[:2]):
        for seed in range(2):
            lane = raced.lanes[2 * place + seed]
            assert (arm.predictions[seed] == predicted(raced, 2 * place + seed)).all()
            assert (arm.hard[seed] == lane.test_hard).all()
    lane = raced.lanes[2]
    offsets = tune_offsets(lane.validation_probabilities, raced.validation_targets, F1)
    by_hand = (lane.test_probabilities * np.exp(offsets)).argmax(axis=1)
    assert (race.arm("cross_entropy+offsets").predictions[0] == by_hand).all()


def test_offsets_are_left_out_when_not_wanted(raced: Outcome) -> None:
    assert race_from(raced, offsets_for=()).keys == ("east", "cross_entropy")
    assert race_from(raced, offsets_for=("east",)).keys == ("east", "cross_entropy", "east+offsets")


def test_summary_of_a_training_has_test_scores_and_row_sums(raced: Outcome) -> None:
    told = summary(raced)
    counts = np.bincount(raced.test_targets, minlength=3)
    for place, key in enumerate(("east", "cross_entropy")):
        expected = [
            f1_score(raced.test_targets, predicted(raced, 2 * place + seed), average="macro")
            for seed in range(2)
        ]
        assert told["arms"][key]["scores"] == pytest.approx(expected)
        assert np.sum(told["arms"][key]["hard"], axis=1) == pytest.approx(counts)
        assert np.sum(told["arms"][key]["soft"], axis=1) == pytest.approx(counts, rel=1e-5)


def test_grid_scores_are_scikit_learns(gridded: Outcome) -> None:
    result = grid(gridded, draws=100)
    assert result.trained == ("Macro F1", "Accuracy", "MCC", "cross_entropy")
    assert result.scores.shape == (4, 3)
    for row in range(4):
        seeds = [predicted(gridded, 2 * row + seed) for seed in range(2)]
        expected = (
            np.mean([f1_score(gridded.test_targets, p, average="macro") for p in seeds]),
            np.mean([(gridded.test_targets == p).mean() for p in seeds]),
            np.mean([matthews_corrcoef(gridded.test_targets, p) for p in seeds]),
        )
        assert result.scores[row] == pytest.approx(expected)


def test_grid_marks_are_true(gridded: Outcome) -> None:
    result = grid(gridded, draws=100)
    for column, mark in enumerate(result.marks):
        highest = result.scores[:, column].argmax() == column
        assert (mark == "wins") == highest or mark == "beaten"
        beaten = any(d.interval[1] < 0 for d in result.comparisons[column].differences)
        assert mark != "beaten" or beaten


def test_frontier_points_are_scikit_learns(swept: Outcome) -> None:
    result = frontier(swept)
    assert result.betas == BETAS
    for place, point in enumerate((*result.points, result.reference)):
        assert point is not None
        for seed in range(2):
            rows = swept.test_targets, predicted(swept, 2 * place + seed)
            assert point.precision[seed] == pytest.approx(
                precision_score(*rows, average="macro", zero_division=0)
            )
            assert point.recall[seed] == pytest.approx(recall_score(*rows, average="macro"))
            beta = point.beta or 1.0
            assert point.f[seed] == pytest.approx(fbeta_score(*rows, beta=beta, average="macro"))
            assert (point.arm.hard[seed] == confusion_matrix(*rows)).all()


def test_the_offsets_curve_is_the_same_model_tuned_for_each_beta(swept: Outcome) -> None:
    result = frontier(swept)
    lane = swept.lanes[-2]
    assert [point.beta for point in result.offsets] == list(BETAS)
    for point in result.offsets:
        assert point.beta is not None
        offsets = tune_offsets(
            lane.validation_probabilities, swept.validation_targets, metric("fbeta", beta=point.beta)
        )
        by_hand = (lane.test_probabilities * np.exp(offsets)).argmax(axis=1)
        assert point.recall[0] == pytest.approx(recall_score(swept.test_targets, by_hand, average="macro"))


def test_the_nearest_beta_is_found_on_a_logarithmic_scale(swept: Outcome) -> None:
    assert [frontier(swept).nearest(beta).beta for beta in (0.1, 0.6, 1.3, 1.5, 9.0)] == [
        0.5,
        0.5,
        1.0,
        2.0,
        2.0,
    ]


def test_what_if_equals_reweighted_probabilities(raced: Outcome) -> None:
    offsets = np.array([-0.5, 0.2, 1.0])
    answer = what_if(raced, "cross_entropy", offsets)
    for seed in range(2):
        lane = raced.lanes[2 + seed]
        by_hand = (lane.test_probabilities * np.exp(offsets)).argmax(axis=1)
        assert (answer.test_hard[seed] == confusion_matrix(raced.test_targets, by_hand)).all()
        assert answer.test_scores[seed] == pytest.approx(
            f1_score(raced.test_targets, by_hand, average="macro")
        )


def test_what_if_without_offsets_is_the_model_itself(raced: Outcome) -> None:
    answer = what_if(raced, "east", np.zeros(3))
    assert answer.test_scores == pytest.approx([lane.test_score for lane in raced.lanes[:2]])
    assert answer.validation_scores == pytest.approx([lane.best_score for lane in raced.lanes[:2]])


def test_suggested_offsets_never_lower_the_pooled_validation_score(raced: Outcome) -> None:
    offsets = suggested_offsets(raced, "cross_entropy")
    plain, tuned = (what_if(raced, "cross_entropy", values) for values in (np.zeros(3), offsets))
    assert F1.score(tuned.validation_hard.sum(axis=0)) >= F1.score(plain.validation_hard.sum(axis=0))


def test_wrong_questions_are_answered_with_one_sentence(
    raced: Outcome, gridded: Outcome, base: TrainConfig
) -> None:
    for call in (
        lambda: race_from(gridded),
        lambda: grid(raced),
        lambda: frontier(raced),
        lambda: grid_config((F1,), base),
        lambda: grid_config((F1, F1), base),
        lambda: frontier_config(base, (1.0,)),
        lambda: frontier_config(base, (1.0, -1.0)),
        lambda: what_if(raced, "focal", np.zeros(3)),
        lambda: what_if(raced, "east", np.zeros(2)),
        lambda: what_if(raced, "east", np.full(3, np.nan)),
    ):
        with pytest.raises(SettingError):
            call()


def test_offsets_of_any_size_follow_from_the_exported_probabilities(raced: Outcome) -> None:
    frame = probabilities_frame(raced, "cross_entropy")
    names = [f"p({name})" for name in raced.classes]
    assert list(frame.columns) == ["part", "row", "true", "seed", *names]
    offsets = np.array([0.3, -0.4, 1.5])
    answer = what_if(raced, "cross_entropy", offsets)
    for part, matrices in (("validation", answer.validation_hard), ("test", answer.test_hard)):
        for place, (_, rows) in enumerate(frame[frame["part"] == part].groupby("seed")):
            by_hand = np.array(raced.classes)[(np.log(rows[names].to_numpy()) + offsets).argmax(axis=1)]
            expected = confusion_matrix(rows["true"].astype(str), by_hand.astype(str))
            assert (matrices[place] == expected).all()


def test_a_frontiers_points_follow_from_its_exported_predictions(swept: Outcome) -> None:
    result = frontier(swept)
    frame = predictions_frame(result.race(swept))
    for point in (*result.points, *result.offsets):
        rows = frame[(frame["arm"] == point.key) & (frame["metric"] == point.arm.metric.label)]
        for place, (_, part) in enumerate(rows.groupby("seed")):
            expected = fbeta_score(
                part["true"].astype(str),
                part["predicted"].astype(str),
                beta=point.beta or 1.0,
                average="macro",
                zero_division=0,
            )
            assert point.f[place] == pytest.approx(expected)
