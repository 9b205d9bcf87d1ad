"""Arms of two finished runs are paired on the rows they share, and only there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score

from east.comparison import JudgedArm, first_minus_second, largest_confusion, pair_past_runs, race_from
from east.dataset import Dataset, prepare
from east.errors import SettingError
from east.tables import Table, read_table
from east.training import Arm, TrainConfig, fit
from tests.moments import F1

pytestmark = pytest.mark.usefixtures("one_thread")
WINE = "sample_data/wine.csv"


@pytest.fixture(scope="module")
def table() -> Table:
    return read_table(WINE)


def judged(table: Table, dataset: Dataset, loss: str, seeds: tuple[int, ...]) -> JudgedArm:
    config = TrainConfig(F1, (loss,), seeds, ("argmax",), epochs=3, device="cpu")
    outcome = fit(dataset, config)
    return JudgedArm(outcome, Arm(loss, F1), table, dataset.test.rows)


def test_runs_on_the_same_rows_are_paired_on_their_common_seeds(table: Table) -> None:
    dataset = prepare(table, "cultivar")
    first = judged(table, dataset, "east", (0, 1))
    second = judged(table, dataset, "cross_entropy", (1, 2))
    race = pair_past_runs(first, second)
    assert race.seeds == (1,) and [arm.loss for arm in race.arms] == ["east", "cross_entropy"]
    scores = [
        f1_score(race.targets, one.outcome.lanes[place].test_probabilities.argmax(axis=1), average="macro")
        for one, place in ((first, 1), (second, 0))
    ]
    assert first_minus_second(race, draws=50).value == pytest.approx(scores[0] - scores[1])
    own = [f1_score(race.targets, lane.test_probabilities.argmax(axis=1), average="macro")
           for lane in first.outcome.lanes]  # fmt: skip
    assert first.score == pytest.approx(np.mean(own))


def test_other_rows_and_unknown_or_other_tables_are_not_paired(table: Table) -> None:
    dataset = prepare(table, "cultivar")
    first = judged(table, dataset, "east", (0,))
    others = (
        replace(first, rows=first.rows[::-1]),
        replace(first, table=None),
        replace(first, table=read_table(WINE)),
    )
    for other in others:
        with pytest.raises(SettingError, match="tested on different rows"):
            pair_past_runs(first, other)
    with pytest.raises(SettingError):
        pair_past_runs(replace(first, table=None), replace(first, table=None))


def test_the_largest_confusion_is_the_largest_cell_off_the_diagonal(table: Table) -> None:
    race = race_from(judged(table, prepare(table, "cultivar"), "east", (0, 1)).outcome)
    true, predicted = largest_confusion(race, race.arms[0])
    hard = race.results[0].mean_hard
    assert true != predicted
    assert hard[true, predicted] == max(hard[i, j] for i in range(3) for j in range(3) if i != j)
