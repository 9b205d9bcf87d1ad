"""The table of decision rules and what every rule promises; offsets and the metric's rule have files of their own."""

import json
from types import MappingProxyType

import numpy as np
import pytest
from numpy.typing import NDArray

from east.errors import SettingError
from east.metrics import metric
from east.rules import RULES, DecisionRule, RuleSpec, apply_offsets, fit_rule, registry, tune_offsets

pytestmark = pytest.mark.usefixtures("one_thread")
every_rule = pytest.mark.parametrize("key", RULES)
F1 = metric("fbeta")


def drawn(rows: int, classes: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw a model's float32 probabilities and labels that follow them."""
    generator = np.random.default_rng(seed)
    logits = 2 * generator.normal(size=(rows, classes)) - np.arange(classes)
    values = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (values.cumsum(axis=1) < generator.random((rows, 1))).sum(axis=1).clip(max=classes - 1)
    return values.astype(np.float32), labels


@every_rule
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_a_rule_decides_stacks_and_survives_json(key: str, classes: int) -> None:
    probabilities, targets = drawn(400, classes)
    rule = fit_rule(key, probabilities, targets, F1)
    predicted = rule.decide(probabilities)
    assert predicted.shape == (400,) and predicted.dtype == np.int64
    assert (rule.decide(np.stack([probabilities, probabilities[::-1]]))[1] == predicted[::-1]).all()
    again = DecisionRule.from_json(json.loads(json.dumps(rule.to_json())))
    assert again == rule and (again.decide(probabilities) == predicted).all()


@every_rule
def test_a_rule_has_words_of_its_own(key: str) -> None:
    spec = RULES[key]
    assert spec.key == key and spec.label and spec.hint.endswith(".")
    assert len({other.label for other in RULES.values()}) == len(RULES)
    rule = fit_rule(key, *drawn(300, 3), F1)
    assert rule.in_words(["a", "b", "c"]).startswith(("Predict", "Take"))


@pytest.mark.parametrize("key", [key for key, spec in RULES.items() if spec.needs_fitting])
def test_a_rule_refuses_what_it_cannot_be_fitted_on(key: str) -> None:
    for probabilities, targets in (
        (np.zeros((0, 3)), []),
        (np.full((2, 2), 0.5), [0, 1, 1]),
        (np.full(2, 0.5), [0, 1]),
        (np.full((2, 2), np.nan), [0, 1]),
        (np.full((2, 2), 0.5), [0, 2]),
    ):
        with pytest.raises(SettingError):
            fit_rule(key, probabilities, targets, F1)


def test_an_unknown_rule_is_answered_with_the_choices() -> None:
    with pytest.raises(SettingError) as raised:
        fit_rule("oracle", *drawn(10, 2), F1)
    assert raised.value.choices == tuple(RULES)


def test_a_rule_added_to_the_table_can_be_fitted_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    always_last = DecisionRule(1.0, np.outer(np.ones(3), np.arange(3.0)))
    dummy = RuleSpec("last", "last class", "Predict the last class.", lambda *_: always_last)
    monkeypatch.setattr(registry, "RULES", MappingProxyType({**RULES, "last": dummy}))
    probabilities, targets = drawn(20, 3)
    assert (fit_rule("last", probabilities, targets, F1).decide(probabilities) == 2).all()


# Argmax and offsets


def test_argmax_is_exactly_argmax_ties_included() -> None:
    probabilities, targets = drawn(500, 4)
    probabilities[::7] = 0.25
    probabilities[::11] = [0.0, 0.5, 0.5, 0.0]
    rule = fit_rule("argmax", probabilities, targets, F1)
    assert (rule.decide(probabilities) == probabilities.argmax(axis=-1)).all()
    assert not RULES["argmax"].needs_fitting


@pytest.mark.parametrize("key", ["fbeta", "mcc", "gmean"])
@pytest.mark.parametrize("classes", [2, 5, 12])
def test_the_offsets_rule_decides_as_the_offsets_do(key: str, classes: int) -> None:
    probabilities, targets = drawn(2000, classes, seed=classes)
    probabilities[::13] = np.eye(classes, dtype=np.float32)[targets[::13]]
    rule = fit_rule("offsets", probabilities, targets, metric(key))
    offsets = tune_offsets(probabilities, targets, metric(key))
    assert (rule.decide(probabilities) == apply_offsets(probabilities, offsets)).all()


# Words


def test_two_classes_are_told_as_a_threshold() -> None:
    names = ["common", "rare"]
    prices = [[0.23, 0.0], [0.0, 0.77]]
    rule = DecisionRule(1.0, np.array(prices))
    assert rule.in_words(names) == "Predict 'rare' when its probability exceeds 0.23."
    assert rule.decide([[0.76, 0.24], [0.78, 0.22]]).tolist() == [1, 0]
    assert DecisionRule(1.0, np.eye(2)).in_words(names) == "Predict 'rare' when its probability exceeds 0.5."
    always = DecisionRule(1.0, np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert always.in_words(names) == "Always predict 'common'."


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_a_threshold_holds_for_the_model_s_own_probability(temperature: float) -> None:
    rule = DecisionRule(temperature, np.array([[0.2, 0.0], [0.0, 0.8]]))
    threshold = float(rule.in_words(["a", "b"]).rstrip(".").split()[-1])
    grid = np.linspace(0.001, 0.999, 999)
    predicted = rule.decide(np.stack([1 - grid, grid], axis=1))
    assert grid[predicted == 1].min() == pytest.approx(threshold, abs=2e-3)


def test_several_classes_are_told_as_weights_thresholds_or_both() -> None:
    names = ["a", "b", "c"]
    assert DecisionRule(1.0, np.eye(3)).in_words(names) == "Predict the most probable class."
    weighted = DecisionRule(1.0, np.diag([1.0, 2.0, 4.0])).in_words(names)
    assert weighted.endswith("weights: 'a' 0.25, 'b' 0.5, 'c' 1.")
    shifted = np.eye(3) - [0.3, 0.1, 0.0] + np.array([[1.0], [2.0], [5.0]])
    assert DecisionRule(1.0, shifted).in_words(names).endswith("thresholds: 'a' 0.3, 'b' 0.1, 'c' 0.")
    both = DecisionRule(1.3, np.diag([1.0, 2.0, 4.0]) - [0.4, 0.2, 0.0]).in_words(names)
    assert both.startswith(
        "Take the probabilities at a temperature of 1.3. Predict the class with the largest"
    )
    assert both.endswith("weights: 'a' 0.25, 'b' 0.5, 'c' 1; charges: 'a' 0.1, 'b' 0.05, 'c' 0.")


def test_one_class_that_counts_alone_has_a_threshold() -> None:
    probabilities, targets = drawn(2000, 4)
    rule = fit_rule("metric", probabilities, targets, metric("fbeta", average="class", class_index=2))
    words = rule.in_words(["a", "b", "c", "d"])
    assert words.startswith("Predict 'c' when its probability exceeds ")
    threshold = float(words.split("exceeds ")[1].split(",")[0])
    others = np.delete(probabilities, 2, axis=1).argmax(axis=1)
    by_words = np.where(probabilities[:, 2] > threshold, 2, others + (others >= 2))
    assert (rule.decide(probabilities) == by_words).mean() > 0.995


def test_gains_are_told_by_their_dearest_error() -> None:
    prices = np.array([[5.0, 0.0, 1.0], [0.0, 3.0, 0.0], [-9.0, 2.0, 4.0]])
    words = DecisionRule(1.0, prices).in_words(["a", "b", "c"])
    assert words.endswith("the dearest error is predicting 'a' for 'c'.")


def test_a_rule_for_other_classes_is_refused() -> None:
    with pytest.raises(SettingError):
        DecisionRule(1.0, np.eye(3)).decide([[0.5, 0.5]])
    with pytest.raises(SettingError):
        DecisionRule(0.0, np.eye(3))
    with pytest.raises(SettingError):
        DecisionRule(1.0, np.full((2, 2), np.nan))
