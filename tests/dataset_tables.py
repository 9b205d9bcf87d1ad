"""Small tables that the tests of datasets share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from east.dataset import Dataset, Part
from east.tables import Table, table_from_frame

SHARES = (0.6, 0.2, 0.2)


def mixed_frame(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    """Numbers, categories, dates, free text and gaps."""
    generator = np.random.default_rng(seed)
    words = np.array(["red", "green", "blue", "small", "large", "round"])
    frame = pd.DataFrame(
        {
            "height": generator.normal(170, 10, rows),
            "count": generator.integers(0, 9, rows),
            "colour": generator.choice(["red", "green", "blue"], rows),
            "flag": generator.choice([True, False], rows),
            "day": pd.Timestamp("2021-01-01") + pd.to_timedelta(generator.integers(0, 400, rows), unit="D"),
            "note": [" ".join(generator.choice(words, 6)) for _ in range(rows)],
            "label": generator.choice(["a", "b", "c"], rows, p=[0.6, 0.3, 0.1]),
        }
    )
    frame.loc[generator.random(rows) < 0.1, "height"] = np.nan
    frame.loc[generator.random(rows) < 0.1, "colour"] = None
    return frame


def mixed_table(rows: int = 300, seed: int = 0) -> Table:
    return table_from_frame(mixed_frame(rows, seed), "mixed")


def counts_table(counts: dict[str, int]) -> Table:
    labels = [label for label, count in counts.items() for _ in range(count)]
    return table_from_frame(pd.DataFrame({"x": np.arange(len(labels)) % 7, "y": labels}), "counts")


def parts(dataset: Dataset) -> list[Part]:
    return [dataset.train, dataset.validation, dataset.test]
