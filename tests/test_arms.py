"""Arms: which race, which networks they share, and what each decides with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification

from east.dataset import Dataset, prepare_arrays
from east.errors import SettingError
from east.losses import LOSSES
from east.metrics import metric
from east.rules import RULES, fit_rule
from east.training import Arm, Outcome, TrainConfig, Training, fit
from tests.moments import CROSS_ENTROPY, EAST, F1, TUNED

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    features, targets = make_classification(
        400, 5, n_informative=4, n_redundant=0, n_classes=3, weights=[0.7, 0.2, 0.1], random_state=0
    )
    return prepare_arrays(pd.DataFrame(features, columns=list("abcde")), targets, seed=0)


def config(**settings: Any) -> TrainConfig:
    usual: dict[str, Any] = {"rules": ("argmax", "offsets"), "seeds": (3, 4), "epochs": 15, "device": "cpu"}
    return TrainConfig(F1, **(usual | settings))


@pytest.fixture(scope="module")
def outcome(dataset: Dataset) -> Outcome:
    return fit(dataset, config())


def test_every_loss_races_under_every_rule() -> None:
    usual = [(arm.loss, arm.rule) for arm in TrainConfig(F1).race]
    assert usual == [(loss, rule) for rule in TrainConfig.rules for loss in TrainConfig.losses]
    assert config().race == (EAST, CROSS_ENTROPY, replace(EAST, rule="offsets"), TUNED)
    made = config(losses=("focal",), rules=("offsets",))
    assert made.race == (Arm("focal", F1, "offsets"),)
    assert made.networks == (Arm("focal", F1),)


def test_arms_replace_losses_and_rules_and_share_networks_where_loss_and_metric_agree() -> None:
    recall = metric("recall")
    arms = (TUNED, CROSS_ENTROPY, Arm("cross_entropy", recall), replace(CROSS_ENTROPY, members=2))
    made = config(arms=arms)
    assert made.race == arms
    assert made.networks == (CROSS_ENTROPY, Arm("cross_entropy", recall))


def test_rules_train_no_network_of_their_own(dataset: Dataset, outcome: Outcome) -> None:
    plain = fit(dataset, config(rules=("argmax",)))
    assert [(lane.loss, lane.seed) for lane in outcome.lanes] == [
        ("east", 3), ("east", 4), ("cross_entropy", 3), ("cross_entropy", 4),
    ]  # fmt: skip
    for lane, twin in zip(outcome.lanes, plain.lanes, strict=True):
        np.testing.assert_array_equal(lane.test_probabilities, twin.test_probabilities)


def test_each_arm_decides_by_a_rule_fitted_on_each_lanes_validation_rows(
    dataset: Dataset, outcome: Outcome
) -> None:
    for found in outcome.arms:
        assert found.seeds == (3, 4) and len(found.rules) == 2
        for place, lane in enumerate(found.lanes):
            rule = fit_rule(found.arm.rule, lane.validation_probabilities, dataset.validation.targets, F1)
            assert found.rules[place] == rule
            np.testing.assert_array_equal(found.test_predictions[place], rule.decide(lane.test_probabilities))
            np.testing.assert_array_equal(
                found.validation_predictions[place], rule.decide(lane.validation_probabilities)
            )


def test_an_ensemble_decides_once_by_the_mean_probabilities(dataset: Dataset, outcome: Outcome) -> None:
    found = outcome.arm(replace(TUNED, members=2))
    on_validation, on_test = (
        np.mean([getattr(lane, f"{part}_probabilities") for lane in outcome.arm(TUNED).lanes], axis=0)
        for part in ("validation", "test")
    )
    rule = fit_rule("offsets", on_validation, dataset.validation.targets, F1)
    assert found.rules == (rule,) and found.test_probabilities.shape == (1, *on_test.shape)
    np.testing.assert_array_equal(found.test_predictions, rule.decide(on_test)[None])


def test_lanes_are_found_by_loss_and_metric_and_others_are_refused(
    dataset: Dataset, outcome: Outcome
) -> None:
    other = Arm("focal", F1)
    snapshot = Training(dataset, config()).snapshot()
    assert [found.arm for found in snapshot.arms] == [EAST, CROSS_ENTROPY]
    assert snapshot.arm(TUNED) is snapshot.arms[1]
    assert outcome.arm(TUNED).arm == TUNED and outcome.arm(TUNED).lanes == outcome.lanes[2:]
    for lost in (other, replace(EAST, metric=metric("mcc"))):
        with pytest.raises(KeyError):
            outcome.arm(lost)
        with pytest.raises(KeyError):
            snapshot.arm(lost)


def test_an_arm_is_named_after_its_parts_and_knows_its_loss() -> None:
    together = replace(TUNED, members=2)
    assert [arm.key for arm in (EAST, TUNED, together)] == [
        "east", "cross_entropy+offsets", "cross_entropy+offsets+ensemble",
    ]  # fmt: skip
    assert (EAST.label, TUNED.label) == ("EAST", "Cross-entropy with tuned offsets")
    assert together.label == "Cross-entropy ensemble with tuned offsets"
    assert together.networks == CROSS_ENTROPY and CROSS_ENTROPY.plain and not TUNED.plain
    assert TUNED.spec is LOSSES["cross_entropy"]
    everyone = [Arm(loss, F1, rule, members) for loss in LOSSES for rule in RULES for members in (1, 5)]
    assert len({arm.key for arm in everyone}) == len({arm.label for arm in everyone}) == len(everyone)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("hinge", "argmax"), "There is no such loss: got 'hinge'; choose one of east"),
        (("east", "best"), "There is no such decision rule: got 'best'; choose one of argmax"),
    ],
)
def test_an_arm_of_unknown_names_is_refused(names: tuple[str, str], sentence: str) -> None:
    with pytest.raises(SettingError, match=f"^{sentence}"):
        Arm(names[0], F1, names[1])
