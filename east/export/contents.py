"""What a saved model is made of, taken from a finished training or a fitted classifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from east.errors import SettingError
from east.export.encoders import PlainEncoder, plain_encoder
from east.export.history import finite
from east.export.settings import arm_to_json, config_to_json, listed, metric_to_json
from east.metrics import Metric
from east.rules import DecisionRule, confusion_matrices
from east.training import Arm, ArmOutcome, Outcome

if TYPE_CHECKING:
    from east.network import Weights


class FittedClassifier(Protocol):
    """What is read of an `EASTClassifier` that has been fitted."""

    classes_: NDArray[Any]
    encoder_: Any
    weights_: tuple[Weights, ...]
    rule_: DecisionRule
    metric_: Metric
    n_features_in_: int
    validation_score_: float
    best_step_: int
    history_: list[dict[str, float]]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return its settings."""
        ...


@dataclass(frozen=True)
class Contents:
    """A trained model: what it takes to predict, and what is worth knowing of it.

    Args:
        classes: labels `[K]`.
        encoder: columns to features.
        members: networks whose mean probabilities decide.
        rule: how they decide.
        facts: all else, as plain data.
    """

    classes: NDArray[Any]
    encoder: PlainEncoder
    members: tuple[Weights, ...]
    rule: DecisionRule
    facts: dict[str, Any]


def contents_of(source: Outcome | FittedClassifier, arm: Arm | None, seed: int | None) -> Contents:
    """Gather what there is to save.

    Args:
        source: a finished training or a fitted classifier.
        arm: of an outcome, which of its arms; the first by default.
        seed: of an arm whose lanes decide alone, which lane; by default the one of the best validation score.

    Raises:
        SettingError: for an arm or a seed that is not there.
    """
    if isinstance(source, Outcome):
        return _of_outcome(source, arm, seed)
    if not hasattr(source, "weights_"):
        got = type(source).__name__
        raise SettingError(
            "Only a finished training or a fitted classifier can be saved", got, "fit it first"
        )
    return _of_classifier(source)


def _of_outcome(outcome: Outcome, arm: Arm | None, seed: int | None) -> Contents:
    found = _arm_of(outcome, arm)
    place = 0 if found.arm.ensemble else _lane(found, seed, outcome)
    lanes = found.lanes[: found.arm.members] if found.arm.ensemble else (found.lanes[place],)
    facts = {
        "arm": arm_to_json(found.arm),
        "label": found.arm.label,
        "seeds": [lane.seed for lane in lanes],
        "best_step": lanes[0].best_step,
        "validation_score": _scores(found, outcome)[place],
        "settings": config_to_json(outcome.config),
    }
    classes = np.asarray(outcome.classes)
    weights = tuple(lane.weights for lane in lanes)
    return Contents(classes, plain_encoder(outcome.encoder), weights, found.rules[place], facts)


def _of_classifier(model: FittedClassifier) -> Contents:
    settings = {name: _plain(value) for name, value in model.get_params(deep=False).items()}
    named = getattr(model, "feature_names_in_", None) is not None
    facts = {
        "metric": metric_to_json(model.metric_),
        "best_step": int(model.best_step_),
        "history": [{name: finite(value) for name, value in record.items()} for record in model.history_],
        "validation_score": float(model.validation_score_),
        "classifier": settings,
        "named_columns": named,
    }
    return Contents(model.classes_, plain_encoder(model.encoder_), model.weights_, model.rule_, facts)


def _arm_of(outcome: Outcome, arm: Arm | None) -> ArmOutcome:
    try:
        return outcome.arms[0] if arm is None else outcome.arm(arm)
    except KeyError:
        known = ", ".join(found.arm.key for found in outcome.arms)
        raise SettingError(
            "There is no such arm in this run", repr(arm and arm.key), f"choose from {known}"
        ) from None


def _lane(found: ArmOutcome, seed: int | None, outcome: Outcome) -> int:
    if seed is None:
        return int(np.argmax(_scores(found, outcome)))
    if seed not in found.seeds:
        raise SettingError("There is no such seed in this run", seed, f"choose from {found.seeds}")
    return found.seeds.index(seed)


def _scores(found: ArmOutcome, outcome: Outcome) -> Sequence[float]:
    """Score each decision of an arm on validation, one a rule."""
    targets, weights = outcome.validation_targets, outcome.validation_weights
    matrices = confusion_matrices(targets, found.validation_predictions, len(outcome.classes), weights)
    return [found.arm.metric.score(matrix) for matrix in matrices]


def _plain(value: Any) -> Any:
    """Give a setting as plain data; a generator of random numbers has no plain form and becomes None."""
    if isinstance(value, Metric):
        return metric_to_json(value)
    if isinstance(value, np.generic):
        return value.item()
    return None if isinstance(value, np.random.RandomState) else listed(value)
