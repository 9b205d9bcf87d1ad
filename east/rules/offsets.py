"""Per-class offsets tuned on validation: a decision rule on a finished model, not a loss.

Adding an offset to each class's log-probability before the argmax is the plug-in rule for metrics whose
optimum is not the posterior's argmax: Koyejo et al., "Consistent Binary Classification with Generalized
Performance Metrics", NeurIPS 2014; Narasimhan et al., "Consistent Multiclass Algorithms for Complex
Performance Measures", ICML 2015.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from east.rules.definition import DecisionRule, RuleSpec, checked, checked_weights, logarithms
from east.rules.many_classes import TangentAscent, middle
from east.rules.matrices import confusion_matrices
from east.threads import one_thread

if TYPE_CHECKING:
    from east.metrics import Metric

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# At most this many cuts are scored at once: a coarse look over all of them, then a fine one at the best.
CUTS = 64
MAX_SWEEPS = 10
# Up to this many classes every cut is scored.
FEW_CLASSES = 30
# Gains smaller than this are rounding, and would make the ascent wander.
MIN_GAIN = 1e-12


def apply_offsets(probabilities: ArrayLike, offsets: ArrayLike) -> Integers:
    """Predict the class with the largest `log p + offset`.

    Args:
        probabilities: `[..., n, K]`; zeros are allowed.
        offsets: `[K]`, or anything that broadcasts against the probabilities; natural logarithms.

    Returns:
        Class indices `[..., n]`; offsets that are all equal give the plain argmax.
    """
    return np.asarray((logarithms(probabilities) + np.asarray(offsets, dtype=np.float64)).argmax(axis=-1))


@one_thread()
def tune_offsets(
    probabilities: ArrayLike,
    targets: ArrayLike,
    metric: Metric,
    *,
    weights: ArrayLike | None = None,
    max_sweeps: int = MAX_SWEEPS,
) -> Floats:
    """Find the offsets that maximise the metric of a model's validation predictions.

    Coordinate ascent, deterministic, from two starts: no offsets, and minus the log of the class shares
    (without which a metric that is 0 until every class is found could never leave 0).

    Args:
        probabilities: `[n, K]`, of validation rows: the score of the tuned rule is optimistic on them.
        targets: `[n]` class indices.
        metric: what is maximised.
        weights: `[n]` of the rows, or None for 1 each.
        max_sweeps: passes over all classes at most, for each start.

    Returns:
        Offsets `[K]` with mean 0; all 0 when nothing beats the plain argmax.

    Raises:
        SettingError: when shapes disagree, there are no rows, or a number is not finite.
    """
    values, labels = checked(probabilities, targets)
    logs = logarithms(values)
    counts = checked_weights(weights, len(labels))
    shares = np.bincount(labels, counts, minlength=logs.shape[1]) + 1.0
    starts = (np.zeros(logs.shape[1]), -np.log(shares / shares.sum()))
    if len(shares) > FEW_CLASSES:
        ends = [_End(*TangentAscent(logs, labels, metric, start, counts).run()) for start in starts]
    else:
        rows = _Rows(logs, labels, counts)
        ends = [_ascend(rows, metric, start, max_sweeps) for start in starts]
    best = ends[1] if ends[1].score > ends[0].score + MIN_GAIN else ends[0]
    return np.asarray(best.offsets - best.offsets.mean())


class _End(NamedTuple):
    """Where an ascent stopped: offsets `[K]` and their score."""

    offsets: Floats
    score: float


class _Rows(NamedTuple):
    """Log-probabilities `[n, K]`, true classes `[n]`, and weights `[n]` or None for 1 each."""

    logs: Floats
    labels: Integers
    weights: Floats | None


def _ascend(rows: _Rows, metric: Metric, start: Floats, max_sweeps: int) -> _End:
    """Improve one class's offset after another until a whole sweep gains nothing."""
    offsets, unchanged = start.copy(), 0
    predicted = (rows.logs + offsets).argmax(axis=1)
    score = metric.score(confusion_matrices(rows.labels, predicted, len(offsets), rows.weights))
    for turn in range(max_sweeps * len(offsets)):
        class_index = turn % len(offsets)
        offset, reached = _best_cut(rows, metric, offsets, class_index)
        if reached > score + MIN_GAIN:
            offsets[class_index], score, unchanged = offset, reached, 0
        else:
            unchanged += 1
        if unchanged == len(offsets):
            break
    return _End(offsets, score)


def _best_cut(rows: _Rows, metric: Metric, offsets: Floats, class_index: int) -> tuple[float, float]:
    """Find the best offset of one class while the others stay; returns it and its score.

    Row i is predicted `class_index` exactly where the offset exceeds `needed[i]`, and its best rival
    otherwise. Sorted by `needed`, a cut after the first c rows is one candidate rule, and its matrix
    differs from the next one's by a single row.
    """
    logs, labels, weights = rows
    rivals = logs + offsets
    rivals[:, class_index] = -np.inf
    rival = rivals.argmax(axis=1)
    needed = rivals[np.arange(len(rival)), rival] - logs[:, class_index]
    order = np.argsort(needed, kind="stable")
    sorted_weights = None if weights is None else weights[order]
    line = _Line(needed[order], labels[order], rival[order], sorted_weights, class_index, logs.shape[1])
    cuts = line.allowed()
    stride = -(-len(cuts) // CUTS)
    coarse = cuts[::stride]
    scores = metric.scores(line.matrices(coarse))
    best, values = _nearest_best(line, coarse, scores, offsets[class_index])
    if stride > 1:
        at = int(np.searchsorted(cuts, best))
        fine = cuts[max(at - stride, 0) : at + stride + 1]
        best, values = _nearest_best(line, fine, metric.scores(line.matrices(fine)), offsets[class_index])
    return middle(line.needed, best), values


class _Line(NamedTuple):
    """All rows in the order in which a rising offset of one class takes them from their rivals."""

    needed: Floats
    labels: Integers
    rival: Integers
    weights: Floats | None
    class_index: int
    num_classes: int

    def allowed(self) -> Integers:
        """List the cuts c in 0..n that do not separate rows with equal `needed`."""
        apart = np.flatnonzero(np.diff(self.needed) > 0) + 1
        return np.concatenate(([0], apart, [len(self.needed)]))

    def matrices(self, cuts: Integers) -> Floats:
        """Count the confusion matrices `[len(cuts), K, K]` when the first c rows go to the class."""
        size = self.num_classes**2
        # Row r belongs to the class under every cut above r: its bin is the first such cut.
        bins = np.searchsorted(cuts, np.arange(len(self.labels)), side="right")
        shape = (len(cuts) + 1, size)
        away = self._count(bins, self.rival, shape)
        moved = self._count(bins, self.class_index, shape) - away
        counted = away.sum(axis=0) + moved.cumsum(axis=0)[:-1]
        return np.asarray(counted.reshape(len(cuts), self.num_classes, self.num_classes))

    def _count(self, bins: Integers, predicted: Integers | int, shape: tuple[int, int]) -> Floats:
        cell = self.labels * self.num_classes + predicted
        counted = np.bincount(bins * shape[1] + cell, self.weights, minlength=shape[0] * shape[1])
        return counted.reshape(shape).astype(np.float64)


def _nearest_best(line: _Line, cuts: Integers, scores: Floats, present: float) -> tuple[int, float]:
    """Among the cuts with the best score take the one that moves the offset least."""
    tied = cuts[scores >= scores.max() - MIN_GAIN]
    moves = [abs(middle(line.needed, int(cut)) - present) for cut in tied]
    return int(tied[int(np.argmin(moves))]), float(scores.max())


def fit_offsets(
    probabilities: ArrayLike, targets: ArrayLike, metric: Metric, weights: ArrayLike | None = None
) -> DecisionRule:
    """Fit the offsets and return them as weights of the probabilities, `exp(offsets)`."""
    offsets = tune_offsets(probabilities, targets, metric, weights=weights)
    return DecisionRule(1.0, np.diag(np.exp(offsets)))


OFFSETS = RuleSpec(
    "offsets",
    "tuned offsets",
    "Weigh each class's probability; the weights are tuned on the validation part.",
    fit_offsets,
)
