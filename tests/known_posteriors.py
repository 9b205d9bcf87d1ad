"""Problems whose class probabilities are known, and the best score of any rule by plain search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from east.metrics import Metric

Floats = NDArray[np.float64]
SHAPES = ("gaussians", "dirichlet", "waves")


def known(shape: str, classes: int, rows: int, seed: int = 0) -> tuple[Floats, NDArray[np.int64]]:
    """Draw rows of a problem: the true probabilities `[rows, K]`, and labels that follow them.

    The problem hangs on shape and classes alone; the seed draws its rows.
    """
    fixed, drawn = np.random.default_rng(classes), np.random.default_rng(1000 + seed)
    place = np.arange(classes)
    if shape == "gaussians":
        shares = 0.7**place / (0.7**place).sum()
        means, scale = 0.9 * fixed.normal(size=(classes, 2)), fixed.uniform(0.7, 1.3, classes)
        picked = drawn.choice(classes, rows, p=shares)
        points = means[picked] + scale[picked, None] * drawn.normal(size=(rows, 2))
        squared = ((points[:, None] - means) ** 2).sum(axis=2) / scale**2
        logits = np.log(shares) - 2 * np.log(scale) - squared / 2
    elif shape == "dirichlet":
        logits = np.log(drawn.dirichlet(fixed.uniform(0.2, 1.0, classes) * 0.8**place, rows) + 1e-300)
    else:
        angles = drawn.uniform(size=(rows, 1)) * (1 + place) + fixed.uniform(size=classes)
        logits = 2 * np.sin(2 * np.pi * angles) - 0.5 * place
    values = np.exp(logits - logits.max(axis=1, keepdims=True))
    values /= values.sum(axis=1, keepdims=True)
    labels = (values.cumsum(axis=1) < drawn.random((rows, 1))).sum(axis=1).clip(max=classes - 1)
    return values, labels


def expected_score(measure: Metric, probabilities: Floats, predicted: NDArray[np.int64]) -> float:
    """Score predictions by the true probabilities of their rows: what endless labels would give."""
    chosen = np.eye(probabilities.shape[1])[predicted]
    return measure.score(probabilities.T @ chosen)


def searched(measure: Metric, probabilities: Floats, starts: list[Floats], tries: int = 100) -> float:
    """Climb from each start by random changes of the prices; returns the best expected score seen."""
    generator, classes = np.random.default_rng(0), probabilities.shape[1]
    reached = []
    for start in starts:
        prices, step = start / np.abs(start).max(), 0.3
        best = expected_score(measure, probabilities, (probabilities @ prices).argmax(axis=1))
        for _ in range(tries):
            shape = [(classes, classes), (1, classes)][generator.integers(2)]
            change = step * generator.normal(size=shape)
            tried = prices + change if generator.random() < 0.5 else prices * np.exp(change)
            score = expected_score(measure, probabilities, (probabilities @ tried).argmax(axis=1))
            step = min(step * 1.2, 0.5) if score > best else max(step * 0.97, 1e-3)
            if score > best:
                prices, best = tried, score
        reached.append(best)
    return max(reached)


def best_threshold(measure: Metric, probabilities: Floats) -> float:
    """Return the best expected score of all thresholds on class 1 of two."""
    ordered = probabilities[np.argsort(-probabilities[:, 1])]
    found = np.concatenate((np.zeros((1, 2)), ordered.cumsum(axis=0)))
    matrices = np.stack((found[-1] - found, found), axis=2)
    return float(measure.scores(matrices).max())
