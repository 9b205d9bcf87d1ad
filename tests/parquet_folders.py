"""Folders of parquet files whose classes can be learned, made by seeded generators."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

NUMBERS, CLASSES = 8, ("a", "b", "c", "d")
COLOURS = ("red", "green", "blue", "black", "white")


def rows(count: int, seed: int) -> pd.DataFrame:
    """Make rows of eight numbers in float32, a category of five values and a label of four classes."""
    rule, generator = np.random.default_rng(7), np.random.default_rng(seed)
    straight, bent = rule.normal(size=(2, NUMBERS, len(CLASSES))).astype(np.float32)
    shift = rule.normal(size=(len(COLOURS), len(CLASSES))).astype(np.float32)
    numbers = generator.standard_normal((count, NUMBERS), dtype=np.float32)
    colours = generator.integers(len(COLOURS), size=count)
    utility = numbers @ straight + np.sin(2 * numbers) @ bent + shift[colours]
    utility += 1.5 * generator.gumbel(size=utility.shape) + np.array([1.5, 0.5, 0.0, -1.5])
    columns = {f"x{place}": numbers[:, place] for place in range(NUMBERS)}
    labels = np.array(CLASSES)[utility.argmax(axis=1)]
    return pd.DataFrame({**columns, "colour": np.array(COLOURS)[colours], "label": labels})


def write_folder(folder: Path, files: list[int], group: int, seed: int = 0) -> Path:
    """Write files of so many rows each, in row groups of `group` rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, count in enumerate(files):
        path = folder / f"part-{number:04d}.parquet"
        writer: parquet.ParquetWriter | None = None
        for place, start in enumerate(range(0, count, group)):
            frame = rows(min(group, count - start), seed + 1000 * number + place)
            table = pa.Table.from_pandas(frame, preserve_index=False)
            writer = writer or parquet.ParquetWriter(path, table.schema)
            writer.write_table(table, row_group_size=group)
        if writer is not None:
            writer.close()
    return folder
