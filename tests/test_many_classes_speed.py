"""How long judging many classes takes: `pytest -m benchmark -n 0 -s tests/test_many_classes_speed.py`."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

import east
from east.comparison import compare, race_from
from east.tables import table_from_frame

ROWS, FEATURES = 4000, 8


def table_of(classes: int) -> east.Table:
    """A table of imbalanced classes that overlap; each has four rows or more."""
    generator = np.random.default_rng(0)
    sizes = np.arange(1, classes + 1)
    drawn = generator.choice(classes, ROWS - 4 * classes, p=sizes / sizes.sum())
    own = np.concatenate([np.arange(classes).repeat(4), drawn])
    centres = 1.2 * generator.normal(size=(classes, FEATURES))
    frame = pd.DataFrame(centres[own] + generator.normal(size=(ROWS, FEATURES)), columns=list("abcdefgh"))
    return table_from_frame(frame.assign(answer=[f"class {place}" for place in own]), "many")


@pytest.mark.benchmark
@pytest.mark.parametrize("classes", [100, 200])
def test_a_race_of_many_classes_is_judged_in_less_than_the_trainings_time(classes: int) -> None:
    dataset = east.prepare(table_of(classes), "answer")
    training = east.Training(
        dataset, east.TrainConfig(east.metric("fbeta"), seeds=tuple(range(5)), members=5)
    )
    began = time.perf_counter()
    training.advance(training.total_steps)
    trained = time.perf_counter()
    compare(race_from(training.outcome()))
    judged = time.perf_counter()
    share = (judged - trained) / (trained - began)
    print(  # noqa: T201 -- the figures are what this file is for
        f"\n{classes} classes: trained in {trained - began:.1f} s, judged in {judged - trained:.1f} s ({share:.2f})"
    )
    assert share <= 1
