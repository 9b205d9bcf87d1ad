"""The best decision rule for a metric, given probabilities to decide from and the mass of each true class.

At the optimum a metric behaves like its tangent at the rule's own confusion matrix, so the best rule is
`argmax_j sum_i p_i G_ij` with `G = d metric / d C` there: Narasimhan et al., "Consistent Multiclass Algorithms
for Complex Performance Measures", ICML 2015, and arXiv 2210.09695. Frank-Wolfe climbs over confusion matrices
(each is a mixture of rules, and only the corners of their set are rules), then `G` is settled among rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from east.rules.affine import readable
from east.threads import one_thread

if TYPE_CHECKING:
    from east.metrics import Metric

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Weights `share ** -power` to start from: argmax, classes balanced, and more than balanced.
STARTS = (0.0, 1.0, 1.5)
MAX_STEPS = 20
SETTLING = 10
# The share that a class without any mass is taken to have at the start.
LEAST_SHARE = 1e-9
# Shares of the way to the next corner that are tried: fine ones too, for the last steps are short.
SHARES = np.unique(np.concatenate((np.linspace(0, 1, 17), 0.5 ** np.arange(5, 11))))
# Where a class is never found some metrics have no gradient; it is taken a little beside.
BESIDE = 0.01
# What a right prediction earns at least: of classes the metric does not tell apart, the most probable is predicted.
TIE_BREAK = 1e-7
# A climb ends when a step gains less; settling follows.
MIN_GAIN = 1e-5


@one_thread()
def best_prices(
    probabilities: Floats, mass: Floats, metric: Metric, *, max_steps: int = MAX_STEPS
) -> tuple[Floats, float]:
    """Find the prices whose decisions reach the highest metric.

    Args:
        probabilities: `[n, K]`, what is decided from.
        mass: `[n, K]`, the weight of row n with true class i: one-hot labels, or expected counts.
        metric: what is maximised.
        max_steps: Frank-Wolfe steps at most from each start.

    Returns:
        Prices `[K, K]` and the metric they reach under the mass.
    """
    totals = mass.sum(axis=0)
    shares = np.maximum(totals, totals.sum() * LEAST_SHARE)
    found = []
    for power in STARTS:
        start = np.diag((shares.min() / shares) ** power)
        point = _climb(probabilities, mass, metric, start, max_steps)
        found.append(_settle(probabilities, mass, metric, point))
    prices, score = max(found, key=lambda one: one[1])
    return readable(prices), score


def _climb(probabilities: Floats, mass: Floats, metric: Metric, start: Floats, max_steps: int) -> Floats:
    """Walk from a rule's matrix towards one corner after another while the metric rises; returns the last matrix."""
    point = corner(probabilities, mass, start)
    value = metric.score(point)
    for _ in range(max_steps):
        towards = corner(probabilities, mass, slopes(metric, point)) - point
        scores = metric.scores(point + SHARES[:, None, None] * towards)
        best = int(scores.argmax())
        if scores[best] <= value + MIN_GAIN:
            break
        value, point = float(scores[best]), point + SHARES[best] * towards
    return point


def _settle(probabilities: Floats, mass: Floats, metric: Metric, point: Floats) -> tuple[Floats, float]:
    """Average the slopes at the rules' own matrices from here on; returns the mean's prices and score.

    The matrix where the climb ends is a mixture of rules, and the best of the rules it passed is the luckiest on
    these rows. The mean was 0.2 to 0.4 points ahead of it on new rows of twelve tables; to keep the argmax where
    it scores higher on these rows cost as much again.
    """
    prices = slopes(metric, point)
    for count in range(2, SETTLING + 1):
        own = corner(probabilities, mass, prices)
        prices = prices + (slopes(metric, own) - prices) / count
    return prices, metric.score(corner(probabilities, mass, prices))


def corner(probabilities: Floats, mass: Floats, prices: Floats) -> Floats:
    """Return the confusion matrix `[K, K]` of the rule with these prices."""
    rows, classes = probabilities.shape
    predicted = (probabilities @ prices).argmax(axis=1)
    # Column n has its one where row n is predicted: as a full matrix it would cost as much as the product above.
    chosen = sparse.csc_array((np.ones(rows), predicted, np.arange(rows + 1)), shape=(classes, rows))
    return np.asarray((chosen @ mass).T)


def slopes(metric: Metric, matrix: Floats) -> Floats:
    """Return `d metric / d C` at a matrix, scaled to 1 in size, with a little for every right prediction."""
    import torch

    if (matrix.diagonal() <= 0).any():
        by_chance = matrix.sum(axis=1, keepdims=True) / len(matrix)
        matrix = (1 - BESIDE) * matrix + BESIDE * by_chance
    with torch.inference_mode(False), torch.enable_grad():
        leaf = torch.tensor(matrix, dtype=torch.float64, requires_grad=True)
        (gradient,) = torch.autograd.grad(metric(leaf), leaf)
    prices = gradient.numpy()
    prices = prices - prices.mean(axis=1, keepdims=True)
    size = np.abs(prices).max()
    return np.asarray(prices / (size or 1.0) + TIE_BREAK * np.eye(len(prices)))
