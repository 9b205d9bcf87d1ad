import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from east.comparison import (
    Race,
    class_changes,
    class_rows,
    class_table,
    compare,
    first_minus_second,
    matrix_difference,
    pair_races,
    paired_difference,
    predictions_frame,
    rows_in_cell,
    summarise,
)
from east.errors import SettingError
from east.training import Arm
from tests.moments import CROSS_ENTROPY, EAST, F1, TUNED, arm_result

CLASSES = ("a", "b", "c", "never")
FOCAL = Arm("focal", F1)


@pytest.fixture
def race() -> Race:
    generator = np.random.default_rng(0)
    targets = generator.choice(3, 200, p=[0.6, 0.3, 0.1])
    results = []
    for arm, luck in ((CROSS_ENTROPY, 0.4), (EAST, 0.3), (FOCAL, 0.5)):
        predictions = np.where(generator.random((3, 200)) < luck, generator.integers(0, 3, (3, 200)), targets)
        results.append(arm_result(arm, (7, 8, 9), targets, predictions, 4))
    return Race(F1, CLASSES, targets, tuple(results))


def lanes(race: Race, arm: Arm) -> NDArray[np.int64]:
    return race.result(arm).predictions


@pytest.mark.parametrize("beta", [0.25, 1.0, 2.0])
def test_class_rows_are_the_mean_of_scikit_learns(race: Race, beta: float) -> None:
    expected = np.mean(
        [
            precision_recall_fscore_support(
                race.targets, predicted, beta=beta, labels=range(4), zero_division=0
            )
            for predicted in lanes(race, EAST)
        ],
        axis=0,
    )
    for place, row in enumerate(class_rows(race, race.result(EAST), beta)):
        assert (row.precision, row.recall, row.f, row.support) == pytest.approx(tuple(expected[:, place]))


def test_the_class_table_begins_with_what_changed_most(race: Race) -> None:
    table = class_table(race, EAST, CROSS_ENTROPY)
    changes = [
        max(abs(one.f - two.f), abs(one.precision - two.precision), abs(one.recall - two.recall))
        for one, two in table
    ]
    assert changes == sorted(changes, reverse=True)
    assert {one.name for one, _ in table} == set(CLASSES)
    assert all(one.name == two.name and one.arm == EAST for one, two in table)


def test_class_changes_count_rows(race: Race) -> None:
    changes = {change.name: change for change in class_changes(race, EAST, CROSS_ENTROPY)}
    for place, name in enumerate(CLASSES):
        found, alarms = [], []
        for arm in (EAST, CROSS_ENTROPY):
            predicted = lanes(race, arm)
            found.append(((predicted == place) & (race.targets == place)).sum() / 3)
            alarms.append(((predicted == place) & (race.targets != place)).sum() / 3)
        assert changes[name].found == pytest.approx(found[0] - found[1])
        assert changes[name].false_alarms == pytest.approx(alarms[0] - alarms[1])


def test_matrix_difference_is_that_of_the_means_and_sums_to_zero(race: Race) -> None:
    means = [
        np.mean(
            [confusion_matrix(race.targets, predicted, labels=range(4)) for predicted in lanes(race, arm)],
            axis=0,
        )
        for arm in (EAST, FOCAL)
    ]
    difference = matrix_difference(race, EAST, FOCAL)
    assert difference == pytest.approx(means[0] - means[1])
    assert difference.sum(axis=1) == pytest.approx(np.zeros(4), abs=1e-9)


def test_rows_behind_a_cell_are_exactly_its_rows(race: Race) -> None:
    for true in range(4):
        for predicted in range(4):
            rows = rows_in_cell(race, EAST, true, predicted, seed=8)
            assert len(rows) == race.result(EAST).hard[1, true, predicted]
            assert (race.targets[rows] == true).all()
            assert (lanes(race, EAST)[1, rows] == predicted).all()


def test_rows_behind_a_mean_cell_fall_there_for_most_seeds(race: Race) -> None:
    rows = rows_in_cell(race, EAST, 0, 0)
    votes = (lanes(race, EAST) == 0).sum(axis=0)
    assert set(rows) == {i for i in range(200) if race.targets[i] == 0 and votes[i] >= 2}


@pytest.mark.parametrize(("arm", "predicted", "seed"), [(EAST, 4, None), (EAST, 0, 1), (TUNED, 0, None)])
def test_a_cell_arm_or_seed_that_is_not_there_is_refused(
    race: Race, arm: Arm, predicted: int, seed: int | None
) -> None:
    with pytest.raises(SettingError):
        rows_in_cell(race, arm, 0, predicted, seed=seed)


def test_summary_has_the_promised_shape_and_survives_json(race: Race) -> None:
    comparison = compare(race, draws=100)
    found = json.loads(json.dumps(summarise(comparison), allow_nan=False))
    counts = np.bincount(race.targets, minlength=4)
    assert found["metric"] == "Macro F1" and found["classes"] == list(CLASSES)
    assert found["class_counts"] == counts.tolist() and found["seeds"] == [7, 8, 9]
    assert list(found["arms"]) == ["cross_entropy", "east", "focal"]
    assert list(found["paired"]) == ["cross_entropy", "focal"]
    for result in race.results:
        arm = found["arms"][result.arm.key]
        assert np.sum(arm["hard"], axis=1) == pytest.approx(counts)
        assert np.sum(arm["soft"], axis=1) == pytest.approx(counts)
        assert arm["scores"] == pytest.approx([race.metric.score(hard) for hard in result.hard])
        assert arm["mean"] == pytest.approx(np.mean(arm["scores"]))
        assert arm["ci"][0] < arm["mean"] < arm["ci"][1]
    paired = found["paired"]["focal"]
    means = [found["arms"][key]["mean"] for key in ("east", "focal")]
    assert paired["difference"] == pytest.approx(means[0] - means[1])
    assert paired["ci"][0] < paired["difference"] < paired["ci"][1]


def test_a_fitted_rule_is_an_arm_like_any_other(race: Race) -> None:
    own = race.result(EAST)
    tuned = replace(own, arm=TUNED)
    found = summarise(compare(Race(F1, CLASSES, race.targets, (own, tuned)), draws=50))
    assert list(found["arms"]) == ["east", "cross_entropy+offsets"]
    assert found["arms"]["cross_entropy+offsets"] == found["arms"]["east"]
    assert list(found["paired"]) == ["cross_entropy+offsets"]
    assert found["paired"]["cross_entropy+offsets"]["difference"] == 0


def test_all_scores_can_be_recomputed_from_the_predictions(race: Race) -> None:
    frame = predictions_frame(race, rows=np.arange(200) + 1000)
    assert list(frame.columns) == ["row", "true", "arm", "metric", "seed", "predicted"]
    found = summarise(compare(race, draws=50))
    for arm in race.arms:
        scores = [
            f1_score(part["true"], part["predicted"], average="macro", labels=list(CLASSES), zero_division=0)
            for _, part in frame[frame["arm"] == arm.key].groupby("seed")
        ]
        assert found["arms"][arm.key]["scores"] == pytest.approx(scores)
    assert frame["row"].min() == 1000 and len(frame) == 3 * 3 * 200


def test_arms_of_two_races_over_the_same_rows_are_paired_on_their_common_seeds(race: Race) -> None:
    later = replace(race, results=tuple(replace(result, seeds=(8, 9, 10)) for result in race.results))
    both = pair_races(race, EAST, later, EAST)
    assert both.arms == (EAST, EAST) and both.seeds == (8, 9)
    difference = first_minus_second(both, draws=50)
    scores = race.metric.scores(race.result(EAST).hard)
    assert difference.values == pytest.approx((scores[1] - scores[0], scores[2] - scores[1]))


def test_any_two_arms_of_a_race_are_compared(race: Race) -> None:
    difference = paired_difference(race, FOCAL, CROSS_ENTROPY, draws=50)
    scores = [race.metric.scores(race.result(arm).hard) for arm in (FOCAL, CROSS_ENTROPY)]
    assert (difference.first, difference.second) == (FOCAL, CROSS_ENTROPY)
    assert difference.values == pytest.approx(scores[0] - scores[1])


def test_races_over_other_rows_or_seeds_are_not_paired(race: Race) -> None:
    others = (
        replace(race, targets=race.targets[::-1]),
        replace(race, results=tuple(replace(result, seeds=(1, 2, 3)) for result in race.results)),
    )
    for other in others:
        with pytest.raises(SettingError, match="cannot be paired"):
            pair_races(race, EAST, other, EAST)
