"""All predictions behind a comparison as one table, enough to recompute all its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from east.comparison.race import Race

if TYPE_CHECKING:
    import pandas as pd

    from east.training import Arm, Outcome


def predictions_frame(race: Race, rows: ArrayLike | None = None) -> pd.DataFrame:
    """List what every arm predicts for every test row at every seed.

    Args:
        race: the arms.
        rows: `[n]` positions of the test rows in their table; by default their positions in the test part.

    Returns:
        Columns row, true, arm, metric (what the arm was trained or tuned for), seed, predicted; classes by name.
    """
    import pandas as pd

    classes = np.asarray(race.classes, dtype=object)
    places = np.arange(len(race.targets)) if rows is None else np.asarray(rows)
    pieces = [
        pd.DataFrame(
            {
                "row": places,
                "true": classes[race.targets],
                "arm": result.arm.key,
                "metric": result.arm.metric.label,
                "seed": seed,
                "predicted": classes[predicted],
            }
        )
        for result in race.results
        for seed, predicted in zip(result.seeds, result.predictions, strict=True)
    ]
    return pd.concat(pieces, ignore_index=True)


def probabilities_frame(
    outcome: Outcome, arm: Arm, rows: Mapping[str, ArrayLike] | None = None
) -> pd.DataFrame:
    """List the class probabilities of an arm's lanes, enough to score any decision rule.

    Args:
        outcome: a finished training.
        arm: the arm that reads the lanes.
        rows: positions of the validation and test rows in their table, under "validation" and "test"; by
            default their positions in the part.

    Returns:
        Columns part, row, true, seed, and one per class, named "p(class)".
    """
    import pandas as pd

    classes = np.asarray(outcome.classes, dtype=object)
    pieces = []
    for lane in outcome.arm(arm).lanes:
        for part, targets, probabilities in (
            ("validation", outcome.validation_targets, lane.validation_probabilities),
            ("test", outcome.test_targets, lane.test_probabilities),
        ):
            places = np.arange(len(targets)) if rows is None else np.asarray(rows[part])
            known = {"part": part, "row": places, "true": classes[targets], "seed": lane.seed}
            shares = {f"p({name})": probabilities[:, place] for place, name in enumerate(outcome.classes)}
            pieces.append(pd.DataFrame({**known, **shares}))
    return pd.concat(pieces, ignore_index=True)
