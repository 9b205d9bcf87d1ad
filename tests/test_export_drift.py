"""Drift is told where it is, in plain words, and seldom where it is not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from east.export import ColumnDrift, TrainingFacts, drift, training_facts
from east.export.drift import _distance


def table(rows: int, seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "size": generator.normal(10, 2, rows),
            "count": generator.poisson(2, rows),
            "colour": generator.choice(["red", "green", "blue"], rows, p=[0.5, 0.3, 0.2]),
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(generator.integers(0, 700, rows), unit="D"),
            "yes": generator.random(rows) < 0.3,
            "words": [f"text {place} {seed}" for place in range(rows)],
        }
    )
    frame.loc[generator.random(rows) < 0.1, "size"] = np.nan
    return frame


FACTS = training_facts(table(2000, 0))


def found(frame: pd.DataFrame) -> dict[str, ColumnDrift]:
    return {one.column: one for one in drift(FACTS, frame)}


def changed(**columns: Any) -> dict[str, ColumnDrift]:
    return found(table(1000, 1).assign(**columns))


def test_facts_survive_json() -> None:
    huge = training_facts(pd.DataFrame({"x": [1e300, -1e308, np.inf, 3.0]}))
    assert TrainingFacts.from_json(json.loads(json.dumps(huge.to_json(), allow_nan=False))) == huge
    assert TrainingFacts.from_json(json.loads(json.dumps(FACTS.to_json()))) == FACTS


def test_rows_of_the_same_source_show_no_drift() -> None:
    told = [one for seed in range(1, 31) for one in drift(FACTS, table(500, seed)) if one.level != "none"]
    assert len(told) <= 1, told


@pytest.mark.parametrize("rows", [40, 1000])
def test_the_distance_is_that_of_all_training_values(rows: int) -> None:
    before, after = table(2000, 0), table(rows, 2)
    for record, name in ((FACTS.columns[0], "size"), (FACTS.columns[1], "count")):
        values = after[name].dropna().to_numpy(dtype=np.float64) + 2
        distance, p_value = _distance(record, values)
        exact = ks_2samp(before[name].dropna(), values, method="asymp")
        assert distance == pytest.approx(exact.statistic, abs=0.011)
        assert p_value < 1e-3 and exact.pvalue < 1e-3


def test_a_shifted_mean_is_told_in_standard_deviations() -> None:
    moved = table(1000, 1)["size"] + 3
    one = changed(size=moved)["size"]
    record = FACTS.columns[0]
    shift = (moved.mean() - record.mean) / record.deviation
    assert one.level == "strong"
    expected = (
        f"the mean is {shift:.1f} standard deviations higher ({moved.mean():.4g} against {record.mean:.4g})"
    )
    assert one.words[0] == expected
    assert "lie outside the" in one.words[1]
    assert "lower" in changed(size=table(1000, 1)["size"] - 1)["size"].words[0]


def test_a_wider_spread_is_told_by_its_distance() -> None:
    wide = 10 + 3 * (table(1000, 1)["size"] - 10)
    one = changed(size=wide)["size"]
    assert one.words[0].startswith("the values are spread differently (Kolmogorov-Smirnov distance 0.2")


def test_gaps_unseen_categories_and_other_shares_are_told() -> None:
    frame = table(1000, 1)
    gaps = frame["size"].where(np.arange(1000) % 2 == 0)
    assert changed(size=gaps)["size"].words == (
        f"gaps in {gaps.isna().mean():.0%} of the rows, 11% in training",
    )
    colours = np.where(np.arange(1000) % 100 < 3, "violet", frame["colour"])
    one = changed(colour=colours)["colour"]
    assert (one.level, one.words) == (
        "some",
        ("3.0% of the values were never seen in training, such as 'violet'",),
    )
    one = changed(colour="blue")["colour"]
    assert (one.level, one.words) == (
        "strong",
        ("other shares: 'blue' in 100% of the values, 20% in training",),
    )


def test_dates_are_told_as_dates() -> None:
    later = table(1000, 1)["when"] + pd.Timedelta(days=1000)
    words = changed(when=later)["when"].words
    assert "higher (2023-" in words[0] and "against 2020-12-" in words[0]
    assert changed(when=later.dt.strftime("%Y-%m-%d"))["when"].words == words


def test_absent_extra_and_unreadable_columns_are_told() -> None:
    told = found(table(1000, 1).drop(columns="colour").assign(more=1))
    assert (told["colour"].level, told["colour"].words) == ("strong", ("not in this table",))
    assert (told["more"].level, told["more"].words) == ("none", ("not in training, and ignored",))
    half = table(1000, 1)["count"].astype(object).where(np.arange(1000) % 2 == 0, "many")
    assert changed(count=half)["count"].words == ("50% of the values cannot be read as numbers",)
    assert str(told["size"]) == "'size': as in training."


def test_an_empty_table_shows_nothing() -> None:
    assert all(one.level == "none" for one in drift(FACTS, table(0, 1)))


def test_durations_are_compared_in_seconds() -> None:
    seconds = pd.Series(np.random.default_rng(0).normal(3600, 60, 500))
    durations = pd.DataFrame({"x": pd.to_timedelta(seconds, unit="s")})
    facts = training_facts(durations)
    assert facts.columns[0].kind == "numbers"
    assert facts.columns[0].mean == pytest.approx(seconds.mean())
    assert [one.words for one in drift(facts, seconds.to_frame("x"))] == [()]
