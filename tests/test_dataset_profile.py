"""The plain facts of a table: roles, classes, guesses of the target, and concerns with evidence and remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from east.dataset import Concern, Profile, prepare, profile
from east.errors import DatasetError
from east.tables import Sample, read_table, samples, table_from_frame

ROWS = 240


def base(**columns: Any) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"x": generator.normal(size=ROWS), "z": generator.choice(list("pqr"), ROWS)})
    for name, values in columns.items():
        frame[name] = values
    frame["label"] = generator.choice(["a", "b", "c"], ROWS, p=[0.5, 0.3, 0.2])
    return frame


def profiled(frame: pd.DataFrame, target: str | None = "label") -> Profile:
    return profile(table_from_frame(frame), target)


def of_kind(facts: Profile, kind: str) -> list[Concern]:
    return [concern for concern in facts.concerns if concern.kind == kind]


@pytest.mark.parametrize(
    ("values", "role"),
    [
        (np.linspace(0, 1, ROWS), "numeric"),
        (np.arange(ROWS) % 9, "numeric"),
        (np.where(np.arange(ROWS) % 2, "yes", "no"), "boolean"),
        (np.arange(ROWS) % 2 == 0, "boolean"),
        (np.arange(ROWS) % 2, "boolean"),
        (np.array(["red", "green", "blue"])[np.arange(ROWS) % 3], "categorical"),
        (pd.date_range("2021-01-01", periods=ROWS), "date"),
        (pd.date_range("2021-01-01", periods=ROWS).strftime("%d.%m.%Y"), "date"),
        (pd.date_range("2021-01-01", periods=ROWS).strftime("%Y-%m-%d %H:%M"), "date"),
        ([f"the patient number {i} said that all is well" for i in range(ROWS)], "text"),
        (np.full(ROWS, 3), "constant"),
        (np.full(ROWS, None), "constant"),
        (np.arange(ROWS) + 1000, "id"),
        ([f"K-{i:05d}" for i in range(ROWS)], "id"),
    ],
)
def test_roles(values: Any, role: str) -> None:
    assert profiled(base(column=values)).column("column").role == role


def test_shuffled_numbers_are_an_id_only_if_their_name_says_so() -> None:
    shuffled = np.random.default_rng(1).permutation(ROWS * 100)[:ROWS]
    assert profiled(base(customer_id=shuffled)).column("customer_id").role == "id"
    assert profiled(base(income=shuffled)).column("income").role == "numeric"


def test_facts_are_counted_as_pandas_counts_them() -> None:
    frame = base()
    frame.loc[:23, "x"] = np.nan
    facts = profiled(frame)
    column = facts.column("x")
    assert (column.missing, column.missing_share) == (24, 0.1)
    assert column.distinct == frame["x"].nunique()
    assert (column.low, column.middle, column.high) == (
        frame["x"].min(),
        frame["x"].median(),
        frame["x"].max(),
    )
    counts = frame["label"].value_counts()
    assert [(c.label, c.count) for c in facts.classes] == list(counts.items())
    assert facts.imbalance == counts.max() / counts.min()
    assert sum(c.share for c in facts.classes) == pytest.approx(1)
    assert (facts.rows, facts.looked_at, facts.sampled) == (ROWS, ROWS, False)


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.file.stem)
def test_samples_are_guessed_right_and_accused_of_nothing_grave(sample: Sample) -> None:
    facts = profile(read_table(sample.file))
    assert facts.target == sample.target
    assert facts.guesses[0].reason
    assert not [c for c in facts.concerns if c.severity == "stop" or c.kind in ("leakage", "copy", "id")]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("key", np.arange(ROWS), "id"),
        ("same", np.full(ROWS, "x"), "constant"),
        ("gone", [1.0] * 3 + [2.0] * 3 + [None] * (ROWS - 6), "near_empty"),
        ("nothing", np.full(ROWS, None), "near_empty"),
        ("when", pd.date_range("2021-01-01", periods=ROWS), "date"),
        ("told", [f"a rather long remark about case {i}" for i in range(ROWS)], "free_text"),
        ("size", ["12", "13", "big", "14"] * (ROWS // 4), "mixed_types"),
        ("place", [f"town {chr(97 + i % 26)}{chr(97 + i % 24)}" for i in range(ROWS)], "high_cardinality"),
    ],
)
def test_each_odd_column_is_named_with_evidence_and_remedy(name: str, values: Any, kind: str) -> None:
    facts = profiled(base(**{name: values}))
    concern = next(concern for concern in of_kind(facts, kind) if concern.column == name)
    assert concern.evidence
    assert concern.remedy
    assert str(concern).startswith(f"'{name}': ")
    assert not of_kind(profiled(base()), kind)


def test_copies_and_leaks_of_the_target_are_found_and_honest_features_are_not() -> None:
    frame = base()
    codes = frame["label"].map({"a": 7, "b": 3, "c": 5})
    noise = np.random.default_rng(2).normal(0, 0.02, ROWS)
    frame = frame.assign(code=codes, later=codes + noise, hint=codes + 60 * noise)
    facts = profiled(frame[["x", "z", "code", "later", "hint", "label"]])
    assert [c.column for c in of_kind(facts, "copy")] == ["code"]
    assert [c.column for c in of_kind(facts, "leakage")] == ["later"]
    assert "%" in of_kind(facts, "leakage")[0].evidence


def test_missing_values_can_leak_too() -> None:
    frame = base()
    frame["left_on"] = np.where(frame["label"] == "a", frame["x"], np.nan)
    frame["label"] = np.where(frame["label"] == "a", "a", "b")
    assert [c.column for c in of_kind(profiled(frame), "leakage")] == ["left_on"]


def test_duplicates_are_found() -> None:
    frame = base(twin=base()["x"])
    frame = pd.concat([frame, frame.head(30)], ignore_index=True)
    facts = profiled(frame)
    assert [c.column for c in of_kind(facts, "duplicate_column")] == ["twin"]
    assert "30 of the 270 rows" in of_kind(facts, "duplicate_rows")[0].evidence


@pytest.mark.parametrize(
    ("target", "kind", "options"),
    [
        (np.random.default_rng(0).normal(size=ROWS), "continuous_target", {"bins": 4}),
        (["a"] * 120 + ["b"] * 118 + ["c"] * 2, "rare_class", {"rare": "merge"}),
        (["a"] * 120 + ["b"] * 110 + [None] * 10, "missing_target", {"missing_target": "leave_out"}),
    ],
)
def test_what_would_stop_the_training_is_said_before_and_has_a_way_out(
    target: Any, kind: str, options: Any
) -> None:
    table = table_from_frame(base().assign(label=target))
    concern = next(c for c in profile(table, "label").concerns if c.kind == kind)
    assert concern.severity == "stop"
    with pytest.raises(DatasetError):
        prepare(table, "label")
    assert prepare(table, "label", **options).num_classes >= 2


def test_a_table_without_grave_concerns_can_be_prepared() -> None:
    frame = base()
    assert not [c for c in profiled(frame).concerns if c.severity == "stop"]
    assert prepare(table_from_frame(frame), "label").num_classes == 3


def test_targets_of_one_or_of_many_classes_are_named() -> None:
    assert of_kind(profiled(base().assign(label="a")), "few_classes")
    many = base().assign(label=[f"k{i % 60}" for i in range(ROWS)])
    assert of_kind(profiled(many), "too_many_classes")[0].severity == "warn"


@pytest.mark.parametrize("name", ["target", "class", "Species", "outcome"])
def test_a_telling_name_makes_the_target(name: str) -> None:
    frame = base().rename(columns={"z": name, "label": "q"})
    facts = profiled(frame, None)
    assert facts.target == name
    assert facts.guesses[0].score > facts.guesses[1].score


def test_without_a_possible_target_none_is_guessed() -> None:
    frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=50), "key": np.arange(50)})
    facts = profiled(frame, None)
    assert (facts.target, facts.guesses, facts.classes, facts.imbalance) == (None, (), (), None)


def test_unknown_target_is_refused() -> None:
    with pytest.raises(DatasetError, match="'labl'; choose one of: label"):
        profiled(base(), "labl")


@pytest.mark.parametrize("bins", [None, 4])
def test_what_rises_or_falls_with_a_quantity_gives_it_away(bins: int | None) -> None:
    size = np.random.default_rng(3).gamma(2.0, 30.0, ROWS)
    noisy = size + np.random.default_rng(4).normal(0, 20, ROWS)
    frame = base(cubed=size**3, owed=-np.log(size), noisy=noisy, size=size)
    facts = profile(table_from_frame(frame), "size", bins)
    assert {concern.column for concern in of_kind(facts, "leakage")} == {"cubed", "owed"}
    assert bool(of_kind(facts, "continuous_target")) == (bins is None)
    assert [found.count for found in facts.classes] == ([] if bins is None else [60] * 4)


def test_large_tables_are_sampled_and_say_so() -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"x": generator.normal(size=120_000), "label": generator.choice(["a", "b"], 120_000)}
    )
    frame.loc[:59_999, "x"] = np.nan
    facts = profiled(frame)
    assert facts.sampled
    assert (facts.rows, facts.looked_at) == (120_000, 50_000)
    assert facts.column("x").missing == 60_000
    assert sum(c.count for c in facts.classes) == 120_000
