"""Encoders that see training rows only, and give finite numbers whatever comes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder

from east.dataset import Encoder, prepare
from east.dataset.encoding import fit_encoder, vectorizing
from east.dataset.encoding.vectorizing import MAX_WIDTH
from east.errors import DatasetError, EastError
from east.tables import table_from_frame
from tests.dataset_tables import mixed_frame, parts


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
    encoder, features = fit_encoder(pd.DataFrame({"x": values}), numeric_encoding="scaled")
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


def test_long_tables_are_encoded_in_steps_as_they_would_be_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = mixed_frame(500).drop(columns="label")
    whole = fit_encoder(frame)[0]
    at_once = whole.transform(frame)
    monkeypatch.setattr(vectorizing, "_STEP", 120)
    np.testing.assert_allclose(whole.transform(frame), at_once, atol=1e-5)
    sampled, features = fit_encoder(frame)
    assert features.shape == (500, len(sampled.feature_names))
    np.testing.assert_allclose(sampled.transform(frame), features, atol=1e-5)


def test_absent_columns_are_named() -> None:
    encoder, frame = _encoder()
    with pytest.raises(DatasetError, match="no 'colour'"):
        encoder.transform(frame.drop(columns="colour"))


def test_categorical_columns_and_text_columns_encode_alike() -> None:
    frame = mixed_frame().drop(columns="label")
    as_categories = frame.assign(colour=frame["colour"].astype("category"))
    np.testing.assert_array_equal(fit_encoder(frame)[1], fit_encoder(as_categories)[1])


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
