"""A linear network as a scorecard: what each feature adds to each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from east.errors import SettingError
from east.network import Weights

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scorecard:
    """The coefficients of a linear network; a class's score is `features @ coefficients + intercepts`.

    Each row is centred over the classes, which keeps the probabilities and makes the coefficients unique:
    a positive one is evidence for the class, a negative one evidence against it.

    Args:
        features: names of the `d` encoded columns.
        classes: names of the `K` classes.
        coefficients: `[d, K]`, change of the score per unit of a feature; for a numeric column, the unit is
            one standard deviation.
        intercepts: `[K]`.
    """

    features: tuple[str, ...]
    classes: tuple[str, ...]
    coefficients: Floats
    intercepts: Floats

    def strongest(self, class_place: int, most: int = 5) -> tuple[tuple[str, float], ...]:
        """List the features with the largest absolute coefficients of a class, with their coefficients."""
        own = self.coefficients[:, class_place]
        order = np.argsort(-np.abs(own), kind="stable")[:most]
        return tuple((self.features[place], float(own[place])) for place in order)


def scorecard(weights: Weights, features: Sequence[str], classes: Sequence[str]) -> Scorecard:
    """Return the coefficients of a linear network.

    Args:
        weights: weights of one lane, such as `LaneResult.weights`.
        features: names of the encoded columns, such as `Dataset.feature_names`.
        classes: names in code order.

    Raises:
        SettingError: for a network with hidden layers, or names that do not fit it.
    """
    if len(weights) != 1:
        got = f"{len(weights) - 1} hidden layers"
        raise SettingError("Only a linear network is a scorecard", got, "train with no hidden layers")
    weight, bias = (np.asarray(values, dtype=np.float64) for values in weights[0])
    if weight.shape != (len(features), len(classes)):
        got = f"{len(features)} features and {len(classes)} classes for weights of shape {weight.shape}"
        raise SettingError("Names must fit the network", got)
    return Scorecard(
        tuple(features), tuple(classes), weight - weight.mean(axis=1, keepdims=True), bias - bias.mean()
    )
