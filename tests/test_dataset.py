"""Splits that keep every class, and datasets made again from their choices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from east.dataset import Choices, outline, prepare, prepare_arrays, prepare_choices, with_test
from east.dataset.splitting import class_sizes, split_by_time, split_groups, split_stratified
from east.errors import DatasetError, SettingError
from east.tables import table_from_frame
from tests.dataset_tables import SHARES, mixed_frame, mixed_table, parts


def test_parts_cover_every_row_once_and_agree_with_the_frame() -> None:
    table = mixed_table()
    dataset = prepare(table, "label", seed=3)
    rows = np.concatenate([part.rows for part in parts(dataset)])
    assert sorted(rows) == list(range(300))
    for part, share in zip(parts(dataset), SHARES, strict=True):
        assert len(part) == pytest.approx(300 * share, abs=2)
        assert part.features.shape == (len(part), dataset.num_features)
        assert [array.dtype.name for array in (part.features, part.targets, part.rows)] == [
            "float32",
            "int64",
            "int64",
        ]
        assert np.isfinite(part.features).all()
        labels = table.frame["label"].to_numpy()[part.rows]
        assert [dataset.classes[code] for code in part.targets] == labels.tolist()
    assert dataset.class_counts.tolist() == np.bincount(dataset.train.targets).tolist()


def test_same_seed_same_split_other_seed_other_split() -> None:
    table = mixed_table()
    first, again, other = (prepare(table, "label", seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.test.rows, again.test.rows)
    np.testing.assert_array_equal(first.train.features, again.train.features)
    assert first.test.rows.tolist() != other.test.rows.tolist()


@given(
    st.lists(st.integers(1, 60), min_size=2, max_size=8),
    st.sampled_from([(0.6, 0.2, 0.2), (0.8, 0.2, 0.0), (0.34, 0.33, 0.33), (0.9, 0.05, 0.05)]),
    st.integers(0, 99),
)
def test_every_class_has_its_share_of_every_part(
    counts: list[int], shares: tuple[float, ...], seed: int
) -> None:
    targets = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    places = split_stratified(targets, shares, seed)
    assert sorted(np.concatenate(places)) == list(range(sum(counts)))
    used = [i for i in range(3) if shares[i] > 0]
    for code, count in enumerate(counts):
        sizes = [int((targets[where] == code).sum()) for where in places]
        assert sizes[0] >= 1
        if count >= len(used):
            assert min(sizes[i] for i in used) >= 1
        for size, share in zip(sizes, shares, strict=True):
            assert abs(size - count * share) <= 2
        if shares[2] == 0:
            assert sizes[2] == 0


@pytest.mark.parametrize(
    ("count", "shares", "expected"),
    [
        (1, SHARES, [1, 0, 0]),
        (2, SHARES, [1, 0, 1]),
        (3, SHARES, [1, 1, 1]),
        (5, SHARES, [3, 1, 1]),
        (10, SHARES, [6, 2, 2]),
    ],
)
def test_small_classes_are_dealt_to_training_then_test(
    count: int, shares: tuple[float, ...], expected: list[int]
) -> None:
    assert class_sizes(count, shares) == expected


def test_no_group_is_on_two_sides() -> None:
    generator = np.random.default_rng(0)
    frame = mixed_frame().assign(person=generator.integers(0, 40, 300).astype(str))
    dataset = prepare(table_from_frame(frame), "label", group="person")
    people = [set(frame["person"].iloc[part.rows]) for part in parts(dataset)]
    assert not people[0] & people[1]
    assert not people[0] & people[2]
    assert not people[1] & people[2]
    for part, share in zip(parts(dataset), SHARES, strict=True):
        assert len(part) == pytest.approx(300 * share, abs=30)
    assert not any("person" in name for name in dataset.feature_names)
    assert "person" in dataset.notes[-1]


def test_too_few_groups_are_refused() -> None:
    with pytest.raises(DatasetError, match="too few groups"):
        split_groups(np.array([0, 1, 0]), np.array([0, 1, 1]), SHARES, 0)


@pytest.mark.parametrize("as_text", [False, True])
def test_split_by_time_trains_on_the_oldest_rows(as_text: bool) -> None:
    frame = mixed_frame()
    if as_text:
        frame["day"] = frame["day"].dt.strftime("%Y-%m-%d")
    dataset = prepare(table_from_frame(frame), "label", time="day")
    days = pd.to_datetime(frame["day"])
    ends = [(days.iloc[part.rows].min(), days.iloc[part.rows].max()) for part in parts(dataset)]
    assert ends[0][1] < ends[1][0]
    assert ends[1][1] < ends[2][0]
    assert not any(name.startswith("day") for name in dataset.feature_names)


def test_rows_of_the_same_moment_stay_together() -> None:
    times = np.repeat(np.arange(5), 4)
    places = split_by_time(times, SHARES)
    sides = [set(times[where].tolist()) for where in places]
    assert not sides[0] & sides[1]
    assert not sides[1] & sides[2]


def test_time_column_with_gaps_is_refused() -> None:
    frame = mixed_frame()
    frame.loc[3, "day"] = pd.NaT
    with pytest.raises(DatasetError, match="cannot be split by time"):
        prepare(table_from_frame(frame), "label", time="day")


def test_a_class_that_only_the_newest_rows_have_is_refused() -> None:
    frame = pd.DataFrame({"t": np.arange(30), "x": np.arange(30) % 4, "y": ["a", "b"] * 12 + ["c"] * 6})
    with pytest.raises(DatasetError, match="without a class: got 'c'"):
        prepare(table_from_frame(frame), "y", time="t")


@pytest.mark.parametrize(
    "shares", [(0.5, 0.5), (1.0, 0.0, 0.0), (0.6, 0.2, 0.5), (0.0, 0.5, 0.5), (1.2, -0.1, -0.1)]
)
def test_impossible_shares_are_refused(shares: Any) -> None:
    with pytest.raises(SettingError, match="split is not possible"):
        prepare(mixed_table(), "label", shares=shares)


def test_choices_travel_with_the_dataset_and_make_it_again() -> None:
    table = mixed_table()
    dataset = prepare(table, "label", exclude=["note"], seed=4, shares=(0.5, 0.25, 0.25))
    assert dataset.choices == Choices("label", ("note",), (0.5, 0.25, 0.25), 4)
    again = prepare_choices(table, dataset.choices)
    np.testing.assert_array_equal(again.test.features, dataset.test.features)
    assert not any(name.startswith("note") for name in dataset.feature_names)


def test_arrays_are_prepared_as_an_estimator_gets_them() -> None:
    generator = np.random.default_rng(0)
    features = pd.DataFrame(generator.normal(size=(60, 3)), columns=["a", "b", "target"])
    targets = generator.choice([3, 1, 2], 60)
    dataset = prepare_arrays(features, targets, shares=(0.8, 0.2, 0.0), numeric_encoding="scaled")
    assert dataset.classes == tuple(map(str, np.unique(targets)))
    assert (len(dataset.train) + len(dataset.validation), len(dataset.test)) == (60, 0)
    assert dataset.test.features.shape == (0, 3)
    np.testing.assert_array_equal(np.unique(targets)[dataset.train.targets], targets[dataset.train.rows])
    with pytest.raises(DatasetError, match="differ in length"):
        prepare_arrays(features, targets[:-1])


@pytest.mark.parametrize(
    "asked",
    [
        {"target": "label"},
        {"target": "label", "seed": 4, "shares": (0.5, 0.25, 0.25)},
        {"target": "height", "bins": 3, "missing_target": "leave_out"},
        {"target": "label", "group": "count"},
        {"target": "label", "time": "day"},
    ],
)
def test_an_outline_is_what_the_dataset_becomes(asked: Any) -> None:
    table = mixed_table()
    choices = Choices(**asked)
    plan, dataset = outline(table, choices), prepare_choices(table, choices)
    assert (plan.classes, plan.notes) == (dataset.classes, dataset.notes)
    counts = [np.bincount(part.targets, minlength=dataset.num_classes) for part in parts(dataset)]
    assert plan.counts.tolist() == np.stack(counts).tolist()
    for where, part in zip(plan.places, parts(dataset), strict=True):
        assert plan.labels.rows[where].tolist() == part.rows.tolist()


def test_an_outline_is_refused_where_no_column_is_left() -> None:
    table = table_from_frame(pd.DataFrame({"x": [1.0, 2.0] * 9, "y": ["a", "b"] * 9}))
    for make in (outline, prepare_choices):
        with pytest.raises(DatasetError, match="No column is left"):
            make(table, Choices("y", exclude=("x",)))


@pytest.mark.parametrize(
    ("texts", "newest", "told"),
    [
        (["03.04.2021", "02.05.2021", "04.01.2022"], "04.01.2022", "day first"),
        (["03/04/2021", "25/03/2021", "01/05/2021"], "01/05/2021", "day first"),
        (["03/04/2021", "03/25/2021", "02/28/2021"], "03/25/2021", "month first"),
        (["03/04/2021", "03/05/2021", "04/01/2021"], "04/01/2021", "month first"),
    ],
)
def test_dates_of_one_column_are_read_in_one_order(texts: list[str], newest: str, told: str) -> None:
    frame = pd.DataFrame({"day": texts * 8, "x": range(24), "y": ["a", "b"] * 12})
    plan = outline(table_from_frame(frame), Choices("y", time="day", shares=(0.34, 0.33, 0.33)))
    assert {frame["day"][row] for row in plan.labels.rows[plan.places[2]]} == {newest}
    assert any(note.endswith(f"were read {told}.") for note in plan.notes)


def test_dates_in_two_orders_are_refused() -> None:
    frame = pd.DataFrame({"day": ["25/03/2021", "03/25/2021"] * 8, "x": range(16), "y": ["a", "b"] * 8})
    with pytest.raises(DatasetError, match="two orders, '25/03/2021' and '03/25/2021'"):
        outline(table_from_frame(frame), Choices("y", time="day"))


# A test part of fresh rows


def test_fresh_test_rows_are_encoded_as_training_was_and_told() -> None:
    table, fresh = mixed_table(), table_from_frame(mixed_frame(rows=120, seed=9), name="later")
    dataset = prepare(table, "label", shares=(0.75, 0.25, 0.0))
    tested = with_test(dataset, fresh)
    np.testing.assert_array_equal(tested.test.features, dataset.encoder.transform(fresh.frame))
    assert [dataset.classes[code] for code in tested.test.targets] == fresh.frame["label"].tolist()
    assert tested.test.rows.tolist() == list(range(120))
    assert tested.test_table is fresh and dataset.test_table is None
    assert tested.train is dataset.train and tested.validation is dataset.validation
    assert tested.notes[-1] == "The test part is 120 rows of their own, 'later'."


def test_fresh_test_rows_that_do_not_fit_are_refused() -> None:
    table, frame = mixed_table(), mixed_frame(rows=50, seed=9)
    with pytest.raises(DatasetError, match=r"has a test part already: got 60 rows; prepare it with"):
        with_test(prepare(table, "label"), table_from_frame(frame))
    dataset = prepare(table, "label", shares=(0.75, 0.25, 0.0))
    with pytest.raises(DatasetError, match=r"lacks the target: got no 'label'"):
        with_test(dataset, table_from_frame(frame.drop(columns="label")))
    with pytest.raises(DatasetError, match=r"Every test row needs a label: got none in 1 of 50"):
        with_test(dataset, table_from_frame(frame.assign(label=frame["label"].where(frame.index > 0))))
    strange = frame.assign(label=["new", *frame["label"][1:]])
    with pytest.raises(DatasetError, match=r"a label that training lacks: got 'new'"):
        with_test(dataset, table_from_frame(strange))
    with pytest.raises(DatasetError, match="lacks columns the model was trained on"):
        with_test(dataset, table_from_frame(frame.drop(columns=frame.columns[0])))


def test_fresh_test_rows_with_numbers_for_labels_get_the_codes_of_training() -> None:
    frame = pd.DataFrame({"x": np.arange(60.0), "y": np.tile([10, 9, 2], 20)})
    dataset = prepare(table_from_frame(frame), "y", shares=(0.5, 0.5, 0.0))
    tested = with_test(dataset, table_from_frame(pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [2, 10, 2]})))
    assert [dataset.classes[code] for code in tested.test.targets] == ["2", "10", "2"]
