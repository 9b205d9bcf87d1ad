"""Targets refused or treated as asked; nothing dropped in silence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from east.dataset import prepare
from east.errors import DatasetError, SettingError
from east.tables import table_from_frame
from tests.dataset_tables import counts_table, mixed_frame, mixed_table, parts


def test_classes_are_ordered_by_what_they_are() -> None:
    def classes(values: Any) -> tuple[str, ...]:
        frame = pd.DataFrame({"x": np.arange(len(values) * 4) % 5})
        frame["y"] = pd.concat([pd.Series(values)] * 4, ignore_index=True)
        return prepare(table_from_frame(frame), "y").classes

    assert classes([10, 9, 100]) == ("9", "10", "100")
    assert classes(["b", "a", "10"]) == ("10", "a", "b")
    assert classes([True, False]) == ("False", "True")
    assert classes([0.5, 0.25]) == ("0.25", "0.5")
    ordered = pd.Categorical(["low", "high"], categories=["low", "mid", "high"], ordered=True)
    values = pd.Series(np.tile(ordered.codes, 4)).map({0: "low", 2: "high"})
    frame = pd.DataFrame(
        {"x": np.arange(8) % 3, "y": pd.Categorical(values, categories=ordered.categories, ordered=True)}
    )
    assert prepare(table_from_frame(frame), "y").classes == ("low", "high")


@pytest.mark.parametrize(
    ("target", "options", "told"),
    [
        ("labl", {}, "not in the table: got 'labl'; choose one of: label"),
        ("height", {"missing_target": "leave_out"}, "continuous quantity"),
        ("height", {}, "Rows without a target"),
        ("label", {"exclude": ["nope"]}, "left-out column is not in the table"),
        ("label", {"group": "nope"}, "group column is not in the table"),
        ("label", {"exclude": ["label"]}, "left out as well"),
        ("label", {"group": "colour", "time": "day"}, "either by group or by time"),
        ("label", {"exclude": ["height", "count", "colour", "flag", "day", "note"]}, "No column is left"),
        ("label", {"bins": 3}, "Only numbers can be cut"),
    ],
)
def test_bad_questions_are_refused_in_one_sentence(target: str, options: dict[str, Any], told: str) -> None:
    with pytest.raises(DatasetError) as caught:
        prepare(mixed_table(), target, **options)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("options", [{"rare": "drop"}, {"missing_target": "drop"}, {"bins": 1}])
def test_policies_that_do_not_exist_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        prepare(mixed_table(), "label", **options)


def test_one_class_is_refused() -> None:
    with pytest.raises(DatasetError, match="fewer than two classes: got only 'a'"):
        prepare(counts_table({"a": 9}), "y")


def test_rows_without_a_target_are_left_out_only_when_asked() -> None:
    frame = mixed_frame()
    frame.loc[[5, 17], "label"] = None
    with pytest.raises(DatasetError, match="2 of 300 rows"):
        prepare(table_from_frame(frame), "label")
    dataset = prepare(table_from_frame(frame), "label", missing_target="leave_out")
    rows = np.concatenate([part.rows for part in parts(dataset)])
    assert set(range(300)) - set(rows.tolist()) == {5, 17}
    assert dataset.notes == (
        "2 of 300 rows have no value in the target 'label' and were left out, as asked.",
    )


def test_rare_classes_are_refused_kept_or_merged_never_dropped() -> None:
    table = counts_table({"a": 20, "b": 10, "c": 2, "d": 1})
    with pytest.raises(DatasetError, match=r"2 classes have fewer than 3 rows in 'y'.*'c' \(2\), 'd' \(1\)"):
        prepare(table, "y")
    kept = prepare(table, "y", rare="keep")
    assert kept.classes == ("a", "b", "c", "d")
    assert sum(map(len, parts(kept))) == 33
    assert (kept.class_counts >= 1).all()
    assert "'d' (1)" in kept.notes[0]
    merged = prepare(table, "y", rare="merge")
    assert merged.classes == ("a", "b", "other")
    assert sum(map(len, parts(merged))) == 33
    assert all((np.bincount(part.targets, minlength=3) > 0).all() for part in parts(merged))
    assert "'d', 'c'" in merged.notes[0]


def test_merging_takes_the_next_class_when_one_alone_is_too_few() -> None:
    merged = prepare(counts_table({"a": 20, "other": 10, "c": 4, "d": 1}), "y", rare="merge")
    assert merged.classes == ("a", "other", "other*")
    with pytest.raises(DatasetError, match="leaves a single class"):
        prepare(counts_table({"a": 20, "b": 1}), "y", rare="merge")


def test_a_quantity_is_cut_at_its_quantiles() -> None:
    frame = pd.DataFrame({"x": np.arange(400) % 7, "y": np.random.default_rng(0).normal(size=400)})
    dataset = prepare(table_from_frame(frame), "y", bins=4)
    assert dataset.num_classes == 4
    counts = np.bincount(np.concatenate([part.targets for part in parts(dataset)]))
    assert counts.tolist() == [100, 100, 100, 100]
    low = np.concatenate([part.rows[part.targets == 0] for part in parts(dataset)])
    assert frame["y"].iloc[low].max() <= np.quantile(frame["y"], 0.25)
    assert dataset.classes[0].startswith("≤")
    assert "cut at its quantiles into 4" in dataset.notes[0]


def test_bins_of_close_numbers_have_names_of_their_own() -> None:
    frame = pd.DataFrame({"x": np.arange(400) % 7, "y": 1e6 + np.random.default_rng(0).random(400) / 100})
    classes = prepare(table_from_frame(frame), "y", bins=4).classes
    assert len(set(classes)) == 4


def test_too_many_classes_are_refused() -> None:
    frame = pd.DataFrame({"x": np.arange(6006) % 11, "y": np.repeat([f"k{i}" for i in range(2002)], 3)})
    with pytest.raises(DatasetError, match="too many classes: got 2,002"):
        prepare(table_from_frame(frame), "y")
