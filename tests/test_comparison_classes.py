import json
from dataclasses import replace

import numpy as np
import pytest
from east.comparison.arms import confusion_matrices
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from east.comparison import (
    ArmResult,
    Race,
    class_changes,
    class_rows,
    class_table,
    compare,
    matrix_difference,
    pair_races,
    paired_difference,
    predictions_frame,
    rows_in_cell,
    summarise,
)
from east.errors import SettingError
from east.metrics import metric

CLASSES = ("a", "b", "c", "never")


@pytest.fixture
def race() -> Race:
    generator = np.random.default_rng(0)
    targets = generator.choice(3, 200, p=[0.6, 0.3, 0.1])
    arms = []
    for key, luck in (("cross_entropy", 0.4), ("east", 0.3), ("focal", 0.5)):
        predictions = np.where(generator.random((3, 200)) < luck, generator.integers(0, 3, (3, 200)), targets)
        hard = confusion_matrices(targets, predictions, 4)
        soft = 0.9 * hard + 0.1 * hard.sum(axis=2, keepdims=True) / 4
        arms.append(ArmResult(key, metric("fbeta"), (7, 8, 9), predictions, hard, soft))
    return Race(metric("fbeta"), CLASSES, targets, tuple(arms))


def lanes(race: Race, key: str) -> NDArray[np.int64]:
    return race.arm(key).predictions


@pytest.mark.parametrize("beta", [0.25, 1.0, 2.0])
def test_class_rows_are_the_mean_of_scikit_learns(race: Race, beta: float) -> None:
    expected = np.mean(
        [
            precision_recall_fscore_support(
                race.targets, predicted, beta=beta, labels=range(4), zero_division=0
            )
            for predicted in lanes(race, "east")
        ],
        axis=0,
    )
    for place, row in enumerate(class_rows(race, race.arm("east"), beta)):
        assert (row.precision, row.recall, row.f, row.support) == pytest.approx(tuple(expected[:, place]))


def test_the_class_table_begins_with_what_changed_most(race: Race) -> None:
    table = class_table(race, "east", "cross_entropy")
    changes = [
        max(abs(one.f - two.f), abs(one.precision - two.precision), abs(one.recall - two.recall))
        for one, two in table
    ]
    assert changes == sorted(changes, reverse=True)
    assert {one.name for one, _ in table} == set(CLASSES)
    assert all(one.name == two.name and one.arm == "east" for one, two in table)


def test_class_changes_count_rows(race: Race) -> None:
    changes = {change.name: change for change in class_changes(race, "east", "cross_entropy")}
    for place, name in enumerate(CLASSES):
        found, alarms = [], []
        for key in ("east", "cross_entropy"):
            predicted = lanes(race, key)
            found.append(((predicted == place) & (race.targets == place)).sum() / 3)
            alarms.append(((predicted == place) & (race.targets != place)).sum() / 3)
        assert changes[name].found == pytest.approx(found[0] - found[1])
        assert changes[name].false_alarms == pytest.approx(alarms[0] - alarms[1])


def test_matrix_difference_is_that_of_the_means_and_sums_to_zero(race: Race) -> None:
    means = [
        np.mean(
            [confusion_matrix(race.targets, predicted, labels=range(4)) for predicted in lanes(race, key)],
            axis=0,
        )
        for key in ("east", "focal")
    ]
    difference = matrix_difference(race, "east", "focal")
    assert difference == pytest.approx(means[0] - means[1])
    assert difference.sum(axis=1) == pytest.approx(np.zeros(4), abs=1e-9)


def test_rows_behind_a_cell_are_exactly_its_rows(race: Race) -> None:
    for true in range(4):
        for predicted in range(4):
            rows = rows_in_cell(race, "east", true, predicted, seed=8)
            assert len(rows) == race.arm("east").hard[1, true, predicted]
            assert (race.targets[rows] == true).all()
            assert (lanes(race, "east")[1, rows] == predicted).all()


def test_rows_behind_a_mean_cell_fall_there_for_most_seeds(race: Race) -> None:
    rows = rows_in_cell(race, "east", 0, 0)
    votes = (lanes(race, "east") == 0).sum(axis=0)
    assert set(rows) == {i for i in range(200) if race.targets[i] == 0 and votes[i] >= 2}


@pytest.mark.parametrize(
    ("arm", "predicted", "seed"), [("east", 4, None), ("east", 0, 1), ("nobody", 0, None)]
)
def test_a_cell_arm_or_seed_that_is_not_there_is_refused(
    race: Race, arm: str, predicted: int, seed: int | None
) -> None:
    with pytest.raises(SettingError):
        rows_in_cell(race, arm, 0, predicted, seed=seed)


def test_summary_has_the_promised_shape_and_survives_json(race: Race) -> None:
    comparison = compare(race, draws=100)
    told = json.loads(json.dumps(summarise(comparison), allow_nan=False))
    counts = np.bincount(race.targets, minlength=4)
    assert told["metric"] == "Macro F1" and told["classes"] == list(CLASSES)
    assert told["class_counts"] == counts.tolist() and told["seeds"] == [7, 8, 9]
    assert list(told["arms"]) == ["cross_entropy", "east", "focal"]
    assert list(told["paired"]) == ["cross_entropy", "focal"]
    for key, arm in told["arms"].items():
        assert np.sum(arm["hard"], axis=1) == pytest.approx(counts)
        assert np.sum(arm["soft"], axis=1) == pytest.approx(counts)
        assert arm["scores"] == pytest.approx([race.metric.score(hard) for hard in race.arm(key).hard])
        assert arm["mean"] == pytest.approx(np.mean(arm["scores"]))
        assert arm["ci"][0] < arm["mean"] < arm["ci"][1]
    paired = told["paired"]["focal"]
    means = [told["arms"][key]["mean"] for key in ("east", "focal")]
    assert paired["difference"] == pytest.approx(means[0] - means[1])
    assert paired["ci"][0] < paired["difference"] < paired["ci"][1]


def test_tuned_offsets_are_told_as_a_rule_and_not_as_a_loss(race: Race) -> None:
    arm = race.arms[1]
    tuned = ArmResult("cross_entropy+offsets", arm.metric, arm.seeds, arm.predictions, arm.hard)
    told = summarise(compare(Race(race.metric, CLASSES, race.targets, (arm, tuned)), draws=50))
    assert (list(told["arms"]), told["paired"]) == ([arm.key], {})
    rule = told["rules"]["cross_entropy+offsets"]
    assert rule["hard"] == told["arms"][arm.key]["hard"] and "soft" not in rule
    assert rule["paired"]["difference"] == 0


def test_all_scores_can_be_recomputed_from_the_predictions(race: Race) -> None:
    frame = predictions_frame(race, rows=np.arange(200) + 1000)
    assert list(frame.columns) == ["row", "true", "arm", "metric", "seed", "predicted"]
    told = summarise(compare(race, draws=50))
    for key in race.keys:
        scores = [
            f1_score(part["true"], part["predicted"], average="macro", labels=list(CLASSES), zero_division=0)
            for _, part in frame[frame["arm"] == key].groupby("seed")
        ]
        assert told["arms"][key]["scores"] == pytest.approx(scores)
    assert frame["row"].min() == 1000 and len(frame) == 3 * 3 * 200


def test_arms_of_two_races_over_the_same_rows_are_paired_on_their_common_seeds(race: Race) -> None:
    later = replace(race, arms=tuple(replace(arm, seeds=(8, 9, 10)) for arm in race.arms))
    both = pair_races(race, "east", later, "east")
    assert both.keys == ("1:east", "2:east") and both.seeds == (8, 9)
    difference = paired_difference(both, "1:east", "2:east", draws=50)
    scores = race.metric.scores(race.arm("east").hard)
    assert difference.values == pytest.approx((scores[1] - scores[0], scores[2] - scores[1]))


def test_races_over_other_rows_or_seeds_are_not_paired(race: Race) -> None:
    others = (
        replace(race, targets=race.targets[::-1]),
        replace(race, arms=tuple(replace(arm, seeds=(1, 2, 3)) for arm in race.arms)),
    )
    for other in others:
        with pytest.raises(SettingError, match="cannot be paired"):
            pair_races(race, "east", other, "east")
