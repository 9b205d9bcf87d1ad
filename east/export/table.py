"""The predictions of a saved model for a new table, as a table to take away."""

from __future__ import annotations

import pandas as pd

from east.export.bundle import LoadedModel


def predict_table(model: LoadedModel, frame: pd.DataFrame) -> pd.DataFrame:
    """Predict every row of a table.

    Args:
        model: a loaded model.
        frame: rows with the columns it was trained on.

    Returns:
        One row each, in their order: row (its position), predicted (the rule's decision), and the probability
        of each class, named "p(class)".

    Raises:
        DatasetError: for columns that are missing, repeated, or wholly of another kind.
    """
    probabilities = model.predict_proba(frame)
    decided = model.classes[model.rule.decide(probabilities)]
    shares = {f"p({name})": probabilities[:, place] for place, name in enumerate(model.classes)}
    return pd.DataFrame({"row": range(len(frame)), "predicted": decided, **shares})
