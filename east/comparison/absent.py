"""Classes without a row in the test part: in averages over classes one that is never predicted either counts as 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from east.comparison.wording import lowered, names

if TYPE_CHECKING:
    from east.comparison.race import Race
    from east.metrics import Metric

CONVENTION = "A class that is neither true nor predicted counts as 0"
MOST_NAMES = 5


def counts_absent_classes(metric: Metric, num_classes: int) -> bool:
    """Whether a class that is neither true nor predicted lowers a metric's score, as it does in macro averages.

    So it is in scikit-learn with all labels given; torchmetrics leaves such a class out. It is tried on a matrix
    without an error, whose last class is absent. A gain matrix weighs rows, not classes.

    Args:
        metric: of scores.
        num_classes: K; of fewer than two none can be absent.
    """
    from east.metrics import METRICS

    if num_classes < 2 or METRICS[metric.key].matrix_option is not None:
        return False
    absent = num_classes - 1 if metric.options.get("class_index") != num_classes - 1 else 0
    present = np.ones(num_classes)
    present[absent] = 0.0
    return metric.score(np.diag(present)) < metric.best


def absent_sentence(race: Race) -> str:
    """Say which classes the test part has no row of and an arm never predicts, if they count as 0; else nothing."""
    if not counts_absent_classes(race.metric, len(race.classes)):
        return ""
    missing = np.flatnonzero(race.class_counts == 0)
    mentioned = [
        place
        for place in missing
        if any((result.hard[:, :, place].sum(axis=1) == 0).any() for result in race.results)
    ]
    if not mentioned:
        return ""
    shown = [f"“{race.classes[place]}”" for place in mentioned[:MOST_NAMES]]
    if len(mentioned) > MOST_NAMES:
        shown.append(f"{len(mentioned) - MOST_NAMES} more")
    one = len(mentioned) == 1
    return (
        f"The test part has no row of {names(shown)}, and where no row is predicted as {'it' if one else 'them'} "
        f"either, {'it counts' if one else 'they count'} as 0 in {lowered(race.metric.label)}, which lowers every "
        "score. (So does scikit-learn with all labels; torchmetrics leaves such a class out.)"
    )
