"""Generated tables of other kinds than those used to tune the recipe; no choice was based on them.

Each maker has its own generator and returns a frame with the target in the text column "label".
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def ordered_ratings(rows: int, imbalance: float, seed: int) -> pd.DataFrame:
    """Draw five ordered ratings: a noisy linear score of eight features, cut at uneven quantiles."""
    generator = np.random.default_rng(seed)
    features = generator.standard_normal((rows, 8))
    score = features @ generator.standard_normal(8) + 2.0 * generator.logistic(size=rows)
    return _frame(features, _cut(score, 5, imbalance))


def word_counts(rows: int, imbalance: float, seed: int) -> pd.DataFrame:
    """Draw six topics of short texts: Poisson counts of 25 words, with rates that differ slightly by topic."""
    generator = np.random.default_rng(seed)
    topics = generator.choice(6, size=rows, p=_shares(6, imbalance))
    rates = np.exp(generator.normal(-0.5, 0.6, size=25) + generator.normal(0, 0.45, size=(6, 25)))
    return _frame(generator.poisson(rates[topics]).astype(np.float64), topics)


def noisy_rules(rows: int, imbalance: float, seed: int) -> pd.DataFrame:
    """Draw four classes from rules on pairs of ten uniform features, a fifth of the labels at random."""
    generator = np.random.default_rng(seed)
    features = generator.uniform(-1, 1, size=(rows, 10))
    score = (
        np.sign(features[:, 0] * features[:, 1]) + features[:, 2] + np.abs(features[:, 3]) * features[:, 4]
    )
    labels = _cut(score, 4, imbalance)
    by_share = generator.choice(4, size=rows, p=_shares(4, imbalance))
    return _frame(features, np.where(generator.random(rows) < 0.2, by_share, labels))


def nested_shells(rows: int, imbalance: float, seed: int) -> pd.DataFrame:
    """Draw three overlapping shells around the origin of four dimensions, and two features of pure noise."""
    generator = np.random.default_rng(seed)
    shells = generator.choice(3, size=rows, p=_shares(3, imbalance))
    directions = generator.standard_normal((rows, 4))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    radii = 1.0 + 0.7 * shells + 0.45 * generator.standard_normal(rows)
    return _frame(np.hstack([directions * radii[:, None], generator.standard_normal((rows, 2))]), shells)


def _shares(classes: int, imbalance: float) -> np.ndarray:
    sizes = np.geomspace(imbalance, 1.0, classes)
    return np.asarray(sizes / sizes.sum())


def _cut(score: np.ndarray, classes: int, imbalance: float) -> np.ndarray:
    return np.searchsorted(np.quantile(score, np.cumsum(_shares(classes, imbalance))[:-1]), score)


def _frame(features: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame(features, columns=[f"x{place}" for place in range(features.shape[1])])
    return frame.assign(label=[f"class {label}" for label in labels])
