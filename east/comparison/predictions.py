"""Every prediction behind a comparison as one table, from which all its numbers can be recomputed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from east.comparison.arms import Race

if TYPE_CHECKING:
    import pandas as pd


def predictions_frame(race: Race, rows: ArrayLike | None = None) -> pd.DataFrame:
    """List what every arm predicts for every test row at every seed.

    Args:
        race: the arms.
        rows: `[n]` positions of the test rows in their table; by default their positions in the test part.

    Returns:
        Columns row, true, arm, seed, predicted; classes by name.
    """
    import pandas as pd

    classes = np.asarray(race.classes, dtype=object)
    places = np.arange(len(race.targets)) if rows is None else np.asarray(rows)
    pieces = [
        pd.DataFrame(
            {
                "row": places,
                "true": classes[race.targets],
                "arm": arm.key,
                "seed": seed,
                "predicted": classes[predicted],
            }
        )
        for arm in race.arms
        for seed, predicted in zip(arm.seeds, arm.predictions, strict=True)
    ]
    return pd.concat(pieces, ignore_index=True)
