"""Splits that keep every class, encoders that see training rows only, targets refused or treated as asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder

from east.dataset import Choices, Dataset, Encoder, prepare, prepare_arrays, prepare_choices
from east.dataset.encoding import MAX_WIDTH, fit_encoder
from east.dataset.splitting import class_sizes, split_by_time, split_groups, split_stratified
from east.errors import DatasetError, EastError, SettingError
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


def parts(dataset: Dataset) -> list[Any]:
    return [dataset.train, dataset.validation, dataset.test]


# Splits


def test_parts_cover_every_row_once_and_agree_with_the_frame() -> None:
    table = mixed_table()
    dataset = prepare(table, "label", seed=3)
    rows = np.concatenate([part.rows for part in parts(dataset)])
    assert sorted(rows) == list(range(300))
    for part, share in zip(parts(dataset), SHARES, strict=True):
        assert len(part) == pytest.approx(300 * share, abs=2)
        assert part.features.shape == (len(part), dataset.num_features)
        assert (part.features.dtype, part.targets.dtype, part.rows.dtype) == (np.float32, np.int64, np.int64)
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


# Encoding


def test_statistics_of_validation_and_test_rows_never_enter_the_encoder() -> None:
    frame = mixed_frame(400, seed=1)
    honest = prepare(table_from_frame(frame), "label", seed=5)
    outside = np.concatenate([honest.validation.rows, honest.test.rows])
    planted = frame.copy()
    planted.loc[outside, "height"] = 1e12
    planted.loc[outside, "count"] = -(10**9)
    planted.loc[outside, "colour"] = "SENTINEL"
    planted.loc[outside, "note"] = "SENTINEL words that no training row has"
    planted.loc[outside, "day"] = pd.Timestamp("2200-01-01")
    other = prepare(table_from_frame(planted), "label", seed=5)
    np.testing.assert_array_equal(other.train.rows, honest.train.rows)
    np.testing.assert_array_equal(other.train.features, honest.train.features)
    assert other.feature_names == honest.feature_names
    assert not any("SENTINEL" in name for name in other.feature_names)
    probe = mixed_frame(50, seed=9)
    np.testing.assert_array_equal(other.encoder.transform(probe), honest.encoder.transform(probe))


def test_numbers_have_median_zero_before_and_unit_variance_after() -> None:
    values = np.random.default_rng(0).normal(5, 3, 1000)
    encoder, features = fit_encoder(pd.DataFrame({"x": values}))
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    scaled = (values - middle) / (high - low)
    squashed = scaled / np.sqrt(1 + (scaled / 3) ** 2)
    expected = (squashed - squashed.mean()) / squashed.std()
    np.testing.assert_allclose(features[:, 0], expected, atol=1e-5)
    assert encoder.feature_names == ("x",)


def test_no_outlier_dominates_and_infinities_are_missing() -> None:
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4, 5, 6, 7, 1e300, -1e300, np.inf], "y": np.arange(10.0)})
    _, features = fit_encoder(frame)
    assert np.abs(features).max() <= 60
    ordinary = features[:7, 0]
    assert (np.diff(ordinary) > 0.1).all()
    assert "missingindicator_x" in fit_encoder(frame)[0].feature_names


def test_seconds_of_time_stamps_are_kept() -> None:
    stamps = 1_700_000_000 + np.arange(200.0)
    _, features = fit_encoder(pd.DataFrame({"t": stamps}))
    assert len(np.unique(features[:, 0])) == 200


def test_categories_are_one_hot() -> None:
    colours = np.random.default_rng(0).choice(["red", "green", "blue"], 90)
    _, features = fit_encoder(pd.DataFrame({"colour": colours}))
    expected = OneHotEncoder(sparse_output=False).fit_transform(colours[:, None])
    on = features == features.max(axis=0)
    np.testing.assert_array_equal(on, expected == 1)


def test_wide_categories_and_text_are_bounded() -> None:
    generator = np.random.default_rng(0)
    many = {f"c{i}": generator.choice([f"v{j}" for j in range(38)], 200) for i in range(150)}
    texts = {"t": [" ".join(generator.choice(["one", "two", "three", "four"], 5)) for _ in range(200)]}
    encoder, _ = fit_encoder(pd.DataFrame({**many, **texts}))
    assert len(encoder.feature_names) <= MAX_WIDTH
    alone, _ = fit_encoder(pd.DataFrame(texts))
    assert len(alone.feature_names) <= 16


def _encoder() -> tuple[Encoder, pd.DataFrame]:
    frame = mixed_frame().drop(columns="label")
    return fit_encoder(frame)[0], frame


def test_unseen_categories_new_gaps_and_wrong_kinds_still_encode() -> None:
    encoder, frame = _encoder()
    strange = frame.head(5).copy()
    strange["colour"] = "never seen"
    strange["height"] = ["tall", None, "1e400", "170", ""]
    strange["count"] = np.nan
    strange["day"] = "not a day"
    strange["note"] = None
    strange["flag"] = 7
    features = encoder.transform(strange)
    assert features.shape == (5, len(encoder.feature_names))
    assert np.isfinite(features).all()
    one_hot = [i for i, name in enumerate(encoder.feature_names) if name.startswith("colour_")]
    assert len(one_hot) >= 3
    seen = encoder.transform(frame)
    assert (features[:, one_hot] <= seen[:, one_hot].min(axis=0) + 1e-6).all()


def test_missing_numbers_encode_as_the_training_median() -> None:
    encoder, _ = fit_encoder(pd.DataFrame({"x": [1.0, 2.0, 3.0, 10.0, 20.0], "y": [0.0, 1, 2, 3, 4]}))
    absent, middle = encoder.transform(pd.DataFrame({"x": [np.nan, 3.0], "y": [1.0, 1.0]}))
    np.testing.assert_allclose(absent, middle)


def test_columns_may_come_in_any_order_and_more_of_them() -> None:
    encoder, frame = _encoder()
    shuffled = frame[frame.columns[::-1]].assign(extra=1)
    np.testing.assert_array_equal(encoder.transform(shuffled), encoder.transform(frame))
    assert encoder.transform(frame.head(0)).shape == (0, len(encoder.feature_names))


def test_absent_columns_are_named() -> None:
    encoder, frame = _encoder()
    with pytest.raises(DatasetError, match="no 'colour'"):
        encoder.transform(frame.drop(columns="colour"))


def test_categorical_columns_and_text_columns_encode_alike() -> None:
    frame = mixed_frame().drop(columns="label")
    as_categories = frame.assign(colour=frame["colour"].astype("category"))
    np.testing.assert_array_equal(fit_encoder(frame)[1], fit_encoder(as_categories)[1])


# Targets


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


# Faces


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
    dataset = prepare_arrays(features, targets, shares=(0.8, 0.2, 0.0))
    assert dataset.classes == tuple(map(str, np.unique(targets)))
    assert (len(dataset.train) + len(dataset.validation), len(dataset.test)) == (60, 0)
    assert dataset.test.features.shape == (0, 3)
    np.testing.assert_array_equal(np.unique(targets)[dataset.train.targets], targets[dataset.train.rows])
    with pytest.raises(DatasetError, match="differ in length"):
        prepare_arrays(features, targets[:-1])


column_values = st.sampled_from(
    [
        st.floats(allow_nan=True, allow_infinity=True),
        st.integers(-(2**62), 2**62),
        st.booleans(),
        st.one_of(st.none(), st.text(max_size=6)),
        st.one_of(st.none(), st.sampled_from(["a", "b", "1", "2.5", "2021-03-04"])),
        st.none(),
    ]
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_any_columns_encode_to_finite_numbers_or_one_sentence(data: st.DataObject) -> None:
    rows = data.draw(st.integers(8, 20))
    columns = {
        f"c{i}": pd.Series(
            data.draw(st.lists(data.draw(column_values), min_size=rows, max_size=rows)), dtype=object
        )
        for i in range(data.draw(st.integers(1, 3)))
    }
    frame = pd.DataFrame({**columns, "y": ["u", "v"] * (rows // 2) + ["u"] * (rows % 2)})
    try:
        dataset = prepare(table_from_frame(frame), "y")
    except EastError as error:
        assert "No column is left" in str(error)
    else:
        for part in parts(dataset):
            assert np.isfinite(part.features).all()
            assert np.abs(part.features).max(initial=0) <= 61
