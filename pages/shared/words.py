"""What the pages say: names and one-line explanations of metrics, losses and figures."""

from __future__ import annotations

import re
from collections.abc import Mapping

STATUS_NAMES: Mapping[str, str] = {
    "starting": "Preparing", "running": "Training", "paused": "Paused", "stopping": "Stopping",
    "finished": "Finished", "stopped": "Stopped", "failed": "Failed",
}  # fmt: skip

METRIC_NAMES: Mapping[str, str] = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "fbeta": "F-beta",
    "precision": "Precision",
    "recall": "Recall",
    "mcc": "Matthews correlation (MCC)",
    "kappa": "Cohen's kappa",
    "gmean": "G-mean",
    "jaccard": "Jaccard index",
    "gain": "Your own gain matrix",
}

METRIC_HINTS: Mapping[str, str] = {
    "accuracy": "The share of rows predicted right.",
    "balanced_accuracy": "The mean recall over the classes: a rare class counts as much as a frequent one.",
    "fbeta": "Precision and recall in one number; β below 1 prefers precision, above 1 recall.",
    "precision": "Of what is called a class, the share that is one.",
    "recall": "Of what is a class, the share that is called one.",
    "mcc": "A correlation of truth and prediction, from −1 to 1; it sees every cell of the matrix.",
    "kappa": "Agreement beyond chance.",
    "gmean": "The root of the product of all recalls: 0 as soon as one class is never found.",
    "jaccard": "Overlap over union of truth and prediction, class by class.",
    "gain": "What each kind of right or wrong answer is worth to you.",
}

AVERAGE_NAMES: Mapping[str, str] = {
    "macro": "Macro: classes alike",
    "micro": "Micro: rows alike",
    "weighted": "By class size",
    "class": "One class only",
}

CELL_NAMES: Mapping[str, str] = {"row": "% of true", "column": "% of predicted", "count": "Counts"}

LOSS_HINTS: Mapping[str, str] = {
    "east": "the recommended recipe: the annealed soft matrix, anchored by {anchor:g} × metric-adjusted cross-entropy",
    "east_paper": "the paper's three pieces alone, without an anchor",
    "cross_entropy": "the usual loss: likelihood, blind to the metric",
    "weighted_cross_entropy": "cross-entropy with rare classes weighted up",
    "logit_adjusted": "cross-entropy with logits shifted by the class frequencies",
    "metric_adjusted": "cross-entropy with logits shifted as the metric prices the classes: EAST's anchor alone",
    "focal": "cross-entropy with easy rows faded out",
    "soft_metric": "the metric of plain probabilities: no threshold, no Heaviside, no annealing",
    "soft_metric_anchored": "the same with EAST's own anchor of {anchor:g} × metric-adjusted cross-entropy",
}


def loss_hint(loss: str) -> str:
    """Return what a loss is, in a few words."""
    from east.losses import RECOMMENDED_ANCHOR

    return LOSS_HINTS.get(loss, "").format(anchor=RECOMMENDED_ANCHOR)


def loss_label(loss: str) -> str:
    """Return the name people read for a loss."""
    from east.losses import loss_label as label

    return label(loss)


def literal(text: object) -> str:
    """Escape what Markdown would read as markup: names come from a reader's file, and a picture would be fetched."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=])", r"\\\1", str(text)).replace("\n", " ")


def duration(seconds: float) -> str:
    """Say a duration in the words of a clock."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
