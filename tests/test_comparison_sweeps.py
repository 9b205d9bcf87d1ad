"""The grid, the frontier, the what-if and the race on real trainings, recomputed by scikit-learn."""

from dataclasses import replace

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
    grid_metrics,
    offsets_rule,
    predictions_frame,
    probabilities_frame,
    race_from,
    suggested_offsets,
    summary,
    what_if,
)
from east.dataset import Dataset, prepare_arrays
from east.errors import SettingError
from east.metrics import METRICS, fbeta, metric
from east.rules import fit_rule, tune_offsets
from east.training import Arm, Outcome, TrainConfig, fit
from tests.moments import CROSS_ENTROPY, EAST, F1, TUNED

ACCURACY, MCC = metric("accuracy"), metric("mcc")
BETAS = (0.5, 1.0, 2.0)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    features, targets = make_classification(
        600, 6, n_informative=4, n_classes=3, weights=[0.7, 0.2, 0.1], class_sep=0.7, random_state=0
    )
    return prepare_arrays(pd.DataFrame(features, columns=[f"x{i}" for i in range(6)]), targets, seed=0)


@pytest.fixture(scope="module")
def base() -> TrainConfig:
    return TrainConfig(
        F1, ("east", "cross_entropy"), (0, 1), ("argmax", "offsets"), epochs=25, hidden=(16,), device="cpu"
    )


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


def test_a_race_lines_up_every_loss_under_every_rule(raced: Outcome) -> None:
    race = race_from(raced)
    assert race.arms == (EAST, CROSS_ENTROPY, replace(EAST, rule="offsets"), TUNED)
    assert (race.seeds, race.subject, race.baseline) == ((0, 1), EAST, CROSS_ENTROPY)
    for place, result in enumerate(race.results[:2]):
        for seed in range(2):
            lane = raced.lanes[2 * place + seed]
            assert (result.predictions[seed] == predicted(raced, 2 * place + seed)).all()
            assert (result.hard[seed] == lane.test_hard).all()
            assert (result.soft[seed] == lane.test_soft).all()
    for place, result in enumerate(race.results[2:]):
        for seed in range(2):
            lane = raced.lanes[2 * place + seed]
            offsets = tune_offsets(lane.validation_probabilities, raced.validation_targets, F1)
            by_hand = (lane.test_probabilities * np.exp(offsets)).argmax(axis=1)
            assert (result.predictions[seed] == by_hand).all()
            assert (result.hard[seed] == confusion_matrix(raced.test_targets, by_hand)).all()


def test_a_race_takes_the_arms_that_are_wanted_and_others_on_the_same_lanes(raced: Outcome) -> None:
    assert race_from(raced, (EAST, CROSS_ENTROPY)).arms == (EAST, CROSS_ENTROPY)
    together = replace(CROSS_ENTROPY, members=2)
    race = race_from(raced, (CROSS_ENTROPY, together))
    mean = np.mean([lane.test_probabilities for lane in raced.lanes[2:4]], axis=0)
    assert (race.result(together).predictions == mean.argmax(axis=1)).all()
    assert race.result(together).predictions.shape == (2, len(raced.test_targets))


def test_summary_of_a_training_has_test_scores_and_row_sums(raced: Outcome) -> None:
    found = summary(raced)
    counts = np.bincount(raced.test_targets, minlength=3)
    for place, key in enumerate(("east", "cross_entropy")):
        expected = [
            f1_score(raced.test_targets, predicted(raced, 2 * place + seed), average="macro")
            for seed in range(2)
        ]
        assert found["arms"][key]["scores"] == pytest.approx(expected)
        assert np.sum(found["arms"][key]["hard"], axis=1) == pytest.approx(counts)
        assert np.sum(found["arms"][key]["soft"], axis=1) == pytest.approx(counts, rel=1e-5)
    assert set(found["arms"]) == {"east", "cross_entropy", "east+offsets", "cross_entropy+offsets"}


def test_grid_scores_are_scikit_learns(gridded: Outcome) -> None:
    result = grid(gridded, draws=100)
    assert result.metrics == (F1, ACCURACY, MCC)
    assert result.arms == (*(Arm("east", each) for each in (F1, ACCURACY, MCC)), CROSS_ENTROPY)
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
    assert result.reference is not None and result.reference.beta == 1
    for place, point in enumerate((*result.trained, result.reference)):
        for seed in range(2):
            rows = swept.test_targets, predicted(swept, 2 * place + seed)
            assert point.precision[seed] == pytest.approx(
                precision_score(*rows, average="macro", zero_division=0)
            )
            assert point.recall[seed] == pytest.approx(recall_score(*rows, average="macro"))
            assert point.f[seed] == pytest.approx(fbeta_score(*rows, beta=point.beta, average="macro"))
            assert (point.result.hard[seed] == confusion_matrix(*rows)).all()


def test_the_decided_curve_is_the_references_models_and_the_one_of_both_those_trained(swept: Outcome) -> None:
    result = frontier(swept)
    for points, loss, lanes in (
        (result.decided, "cross_entropy", swept.lanes[-2:] * 3),
        (result.both, "east", swept.lanes[:-2]),
    ):
        assert [point.beta for point in points] == list(BETAS)
        for place, point in enumerate(points):
            measure = metric("fbeta", beta=point.beta)
            assert point.arm == Arm(loss, measure, "offsets")
            for seed, lane in enumerate(lanes[2 * place : 2 * place + 2]):
                rule = fit_rule("offsets", lane.validation_probabilities, swept.validation_targets, measure)
                decided = rule.decide(lane.test_probabilities)
                expected = recall_score(swept.test_targets, decided, average="macro")
                assert point.recall[seed] == pytest.approx(expected)


def test_a_frontier_without_a_reference_has_only_what_was_trained(
    dataset: Dataset, base: TrainConfig
) -> None:
    result = frontier(fit(dataset, frontier_config(replace(base, epochs=2), BETAS, reference=None)))
    assert result.betas == BETAS
    assert (result.decided, result.both, result.reference) == ((), (), None)


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
    answer = what_if(raced, CROSS_ENTROPY, offsets_rule(raced, offsets))
    for seed in range(2):
        lane = raced.lanes[2 + seed]
        by_hand = (lane.test_probabilities * np.exp(offsets)).argmax(axis=1)
        assert (answer.test_hard[seed] == confusion_matrix(raced.test_targets, by_hand)).all()
        assert answer.test_scores[seed] == pytest.approx(
            f1_score(raced.test_targets, by_hand, average="macro")
        )


def test_what_if_without_offsets_is_the_model_itself(raced: Outcome) -> None:
    answer = what_if(raced, EAST, offsets_rule(raced, np.zeros(3)))
    assert answer.test_scores == pytest.approx([lane.test_score for lane in raced.lanes[:2]])
    assert answer.validation_scores == pytest.approx([lane.best_score for lane in raced.lanes[:2]])


def test_suggested_offsets_never_lower_the_pooled_validation_score(raced: Outcome) -> None:
    offsets = suggested_offsets(raced, CROSS_ENTROPY)
    plain, tuned = (
        what_if(raced, CROSS_ENTROPY, offsets_rule(raced, values)) for values in (np.zeros(3), offsets)
    )
    assert F1.score(tuned.validation_hard.sum(axis=0)) >= F1.score(plain.validation_hard.sum(axis=0))


def test_wrong_questions_are_answered_with_one_sentence(raced: Outcome, base: TrainConfig) -> None:
    for call in (
        lambda: grid(raced),
        lambda: frontier(raced),
        lambda: grid_config((F1,), base),
        lambda: grid_config((F1, F1), base),
        lambda: frontier_config(base, (1.0,)),
        lambda: frontier_config(base, (1.0, -1.0)),
        lambda: offsets_rule(raced, np.zeros(2)),
        lambda: offsets_rule(raced, np.full(3, np.nan)),
    ):
        with pytest.raises(SettingError):
            call()


def test_offsets_of_any_size_follow_from_the_exported_probabilities(raced: Outcome) -> None:
    frame = probabilities_frame(raced, CROSS_ENTROPY)
    names = [f"p({name})" for name in raced.classes]
    assert list(frame.columns) == ["part", "row", "true", "seed", *names]
    offsets = np.array([0.3, -0.4, 1.5])
    answer = what_if(raced, CROSS_ENTROPY, offsets_rule(raced, offsets))
    for part, matrices in (("validation", answer.validation_hard), ("test", answer.test_hard)):
        for place, (_, rows) in enumerate(frame[frame["part"] == part].groupby("seed")):
            by_hand = np.array(raced.classes)[(np.log(rows[names].to_numpy()) + offsets).argmax(axis=1)]
            expected = confusion_matrix(rows["true"].astype(str), by_hand.astype(str))
            assert (matrices[place] == expected).all()


def test_a_frontiers_points_follow_from_its_exported_predictions(swept: Outcome) -> None:
    result = frontier(swept)
    frame = predictions_frame(result.race(swept))
    for point in (*result.trained, *result.decided, *result.both):
        rows = frame[(frame["arm"] == point.arm.key) & (frame["metric"] == point.arm.metric.label)]
        assert len(rows) == 2 * len(swept.test_targets)
        for place, (_, part) in enumerate(rows.groupby("seed")):
            expected = fbeta_score(
                part["true"].astype(str),
                part["predicted"].astype(str),
                beta=point.beta,
                average="macro",
                zero_division=0,
            )
            assert point.f[place] == pytest.approx(expected)


def test_the_metrics_of_a_grid_are_all_that_need_no_matrix_each_once() -> None:
    found = grid_metrics()
    assert {made.key for made in found.values()} == set(METRICS) - {"gain"}
    assert found["fbeta:beta=0.25"] == fbeta(0.25) and found["fbeta"] == fbeta() and found["mcc"] == MCC
    assert len({made.label for made in found.values()}) == len(found)
