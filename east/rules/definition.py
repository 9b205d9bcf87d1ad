"""What a decision rule is: plain data that turns a model's probabilities into classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from east.errors import SettingError
from east.rules.wording import in_words

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DecisionRule:
    """A fitted rule: predict `argmax_j sum_i q_i prices[i, j]`, where `q = softmax(log p / temperature)`.

    `prices[i, j]` is what predicting class j earns when class i is true; `[K, K]`, finite. A temperature above
    1 flattens the probabilities before they are weighed, one below 1 sharpens them.
    """

    temperature: float
    prices: Floats

    def __post_init__(self) -> None:
        prices = np.array(self.prices, dtype=np.float64)
        if prices.ndim != 2 or prices.shape[0] != prices.shape[1] or not np.isfinite(prices).all():
            raise SettingError(
                "A decision rule needs one finite price for each pair of classes", f"shape {prices.shape}"
            )
        if not (np.isfinite(self.temperature) and self.temperature > 0):
            raise SettingError("A temperature must be above 0", self.temperature)
        prices.setflags(write=False)
        object.__setattr__(self, "prices", prices)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DecisionRule)
            and self.temperature == other.temperature
            and np.array_equal(self.prices, other.prices)
        )

    def __hash__(self) -> int:
        return hash((self.temperature, self.prices.tobytes()))

    @property
    def num_classes(self) -> int:
        """The number of classes K."""
        return len(self.prices)

    def decide(self, probabilities: ArrayLike) -> Integers:
        """Predict the class with the highest expected price.

        Args:
            probabilities: `[..., n, K]`; zeros are allowed.

        Returns:
            Class indices `[..., n]`; of equal classes the first.

        Raises:
            SettingError: when the probabilities have another number of classes.
        """
        values = np.asarray(probabilities)
        if values.ndim == 0 or values.shape[-1] != self.num_classes:
            what = f"This rule decides between {self.num_classes} classes"
            raise SettingError(what, f"probabilities of shape {values.shape}", "fit a rule for these classes")
        weights = self.prices.diagonal()
        if not np.array_equal(self.prices, np.diag(weights)) or weights.min() <= 0:
            return np.asarray((sharpened(values, self.temperature) @ self.prices).argmax(axis=-1))
        if (weights == weights[0]).all():
            return np.asarray(values.argmax(axis=-1))
        # In logarithms: tiny probabilities times small weights would underflow to ties.
        return np.asarray((logarithms(values) / self.temperature + np.log(weights)).argmax(axis=-1))

    def in_words(self, classes: Sequence[str]) -> str:
        """Say the rule in a plain sentence about the named classes."""
        return in_words(self.temperature, self.prices, classes)

    def to_json(self) -> dict[str, Any]:
        """Return the rule as plain data that JSON can hold."""
        return {"temperature": self.temperature, "prices": self.prices.tolist()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> DecisionRule:
        """Rebuild a rule from what `to_json` returned."""
        return cls(float(data["temperature"]), np.asarray(data["prices"], dtype=np.float64))


@dataclass(frozen=True)
class RuleSpec:
    """An entry of RULES: all there is to say of a rule.

    `fit(probabilities [n, K], targets [n], metric)` fits it on validation rows, with their `weights` `[n]` as a
    fourth argument where they have some; `needs_fitting` says whether the fit looks at them at all.
    """

    key: str
    label: str
    hint: str
    fit: Callable[..., DecisionRule]
    needs_fitting: bool = True


def logarithms(probabilities: ArrayLike) -> Floats:
    """Return log p in double precision, with zeros raised to the smallest normal float32."""
    return np.log(np.maximum(np.asarray(probabilities, dtype=np.float64), np.finfo(np.float32).tiny))


def sharpened(probabilities: ArrayLike, temperature: float) -> Floats:
    """Return `softmax(log p / temperature)` over the last axis; p itself at temperature 1."""
    if temperature == 1:
        return np.asarray(probabilities, dtype=np.float64)
    return softmax(logarithms(probabilities) / temperature)


def softmax(logits: Floats) -> Floats:
    """Return `exp(logits)` divided by its sum over the last axis."""
    values = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(values / values.sum(axis=-1, keepdims=True))


def checked(probabilities: ArrayLike, targets: ArrayLike) -> tuple[Floats, Integers]:
    """Return validation probabilities `[n, K]` and targets `[n]` as arrays that fit each other.

    Raises:
        SettingError: when shapes disagree, there are no rows, or a number is not finite.
    """
    values, labels = np.asarray(probabilities, dtype=np.float64), np.asarray(targets, dtype=np.int64)
    if values.ndim != 2 or labels.shape != values.shape[:1] or values.shape[0] == 0:
        raise SettingError(
            "A decision rule needs one row of probabilities for each target",
            f"shapes {values.shape} and {labels.shape}",
            "give [n, K] and [n] with n above 0",
        )
    if not np.isfinite(values).all() or labels.min() < 0 or labels.max() >= values.shape[1]:
        raise SettingError(
            "Probabilities must be finite and targets within the classes",
            None,
            "look at the run: it may have diverged",
        )
    return values, labels


def checked_weights(weights: ArrayLike | None, rows: int) -> Floats | None:
    """Return the weights of validation rows as an array `[rows]`, None where all count alike.

    Raises:
        SettingError: for another number of weights, or weights that are not finite, below 0 or all 0.
    """
    if weights is None:
        return None
    values = np.asarray(weights, dtype=np.float64)
    if values.shape != (rows,):
        raise SettingError("A decision rule needs one weight a row", f"shape {values.shape}", f"give {rows}")
    if not np.isfinite(values).all() or values.min() < 0 or values.sum() == 0:
        raise SettingError("Weights must be finite, from 0 up and not all 0", None, "leave them out")
    return values
