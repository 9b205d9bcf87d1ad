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

    Each row is centred over the classes, which leaves the probabilities as they are and makes the
    coefficients unique: positive speaks for the class, negative against it.

    Args:
        features: `d` names of the encoded columns.
        classes: `K` names.
        coefficients: `[d, K]`, for a feature that is 1 greater: one standard deviation of a numeric column.
        intercepts: `[K]`.
    """

    features: tuple[str, ...]
    classes: tuple[str, ...]
    coefficients: Floats
    intercepts: Floats

    def strongest(self, class_place: int, most: int = 5) -> tuple[tuple[str, float], ...]:
        """List the features with the largest coefficients of a class, in size, with their sign."""
        own = self.coefficients[:, class_place]
        order = np.argsort(-np.abs(own), kind="stable")[:most]
        return tuple((self.features[place], float(own[place])) for place in order)


def scorecard(weights: Weights, features: Sequence[str], classes: Sequence[str]) -> Scorecard:
    """Read a linear network's coefficients.

    Args:
        weights: of one lane, such as `LaneResult.weights`.
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
