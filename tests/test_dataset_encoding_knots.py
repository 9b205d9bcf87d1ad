"""Pieces that are the paper's formula, continuous and bounded, and knots where the training rows are."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import KBinsDiscretizer

from east.dataset import prepare
from east.dataset.encoding import fit_encoder
from east.dataset.encoding.knots import (
    MOST_PIECES,
    MOST_PIECES_TOGETHER,
    fit_pieces,
    piecewise_linear,
    place_knots,
)
from east.errors import SettingError
from east.tables import table_from_frame
from tests.dataset_tables import mixed_frame

ascending = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=9, unique=True).map(
    lambda knots: np.sort(np.round(knots, 3))
)


def by_hand(value: float, knots: np.ndarray) -> list[float]:
    """The formula of Gorishniy et al. (2022), equation 1, piece by piece."""
    pieces = []
    for low, high in pairwise(knots):
        if value < low:
            pieces.append(0.0)
        elif value >= high:
            pieces.append(1.0)
        else:
            pieces.append((value - low) / (high - low))
    return pieces


@settings(max_examples=100, deadline=None, derandomize=True)
@given(ascending, st.lists(st.floats(-2e6, 2e6), min_size=1, max_size=5))
def test_pieces_equal_the_formula_by_hand(knots: np.ndarray, values: list[float]) -> None:
    knots = np.unique(knots)
    encoded = piecewise_linear(np.array([*values, *knots]), knots)
    expected = [by_hand(value, knots) for value in [*values, *knots]]
    np.testing.assert_allclose(encoded, expected, rtol=1e-9, atol=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ascending)
def test_pieces_are_continuous_and_rise_from_none_to_all(knots: np.ndarray) -> None:
    knots = np.unique(knots)
    span = knots[-1] - knots[0]
    values = np.linspace(knots[0] - span / 2, knots[-1] + span / 2, 4001)
    encoded = piecewise_linear(values, knots)
    steps = np.diff(encoded, axis=0)
    steepest = 1 / np.diff(knots).min()
    assert (steps >= 0).all()
    assert steps.max() <= steepest * (values[1] - values[0]) * (1 + 1e-6)
    np.testing.assert_array_equal(encoded[0], 0)
    np.testing.assert_array_equal(encoded[-1], 1)


def test_a_linear_model_of_the_pieces_is_any_function_that_bends_at_the_knots() -> None:
    generator = np.random.default_rng(0)
    knots = np.sort(generator.normal(size=7))
    heights = generator.normal(size=7)
    values = generator.uniform(knots[0], knots[-1], 500)
    bent = np.interp(values, knots, heights)
    pieces = piecewise_linear(values, knots)
    np.testing.assert_allclose(LinearRegression().fit(pieces, bent).predict(pieces), bent, atol=1e-9)


def test_knots_are_quantiles_or_every_value_of_a_coarse_column() -> None:
    values = np.random.default_rng(1).normal(size=3000)
    bins = KBinsDiscretizer(10, strategy="quantile", quantile_method="linear").fit(values[:, None])
    np.testing.assert_allclose(place_knots(values, 10), bins.bin_edges_[0])
    counts = np.array([0.0, 3, 3, 5, 0, 9] * 10)
    np.testing.assert_array_equal(place_knots(counts, 10), [0, 3, 5, 9])
    mostly_zero = np.concatenate([np.zeros(900), np.arange(100.0)])
    knots = place_knots(mostly_zero, 16)
    assert (np.diff(knots) > 0).all()
    assert (knots[0], knots[-1]) == (0, 99)


def test_pieces_of_the_training_rows_have_mean_zero_and_gaps_encode_as_the_median() -> None:
    values = np.random.default_rng(2).normal(size=(400, 2))
    pieces = fit_pieces(values, [1])
    encoded = pieces.transform(values)
    assert encoded.shape == (400, MOST_PIECES)
    np.testing.assert_allclose(encoded.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(encoded.std(axis=0), 0.3, rtol=1e-6)
    encoder, _ = fit_encoder(pd.DataFrame({"x": values[:, 0], "y": values[:, 1]}))
    middle = float(np.median(values[:, 0]))
    absent, present = encoder.transform(pd.DataFrame({"x": [np.nan, middle], "y": [0.1, 0.1]}))
    np.testing.assert_allclose(absent, present, atol=1e-6)


def test_two_values_and_few_rows_need_no_pieces() -> None:
    flags = pd.DataFrame({"flag": np.arange(500) % 2, "x": np.arange(500.0)})
    assert [name for name in fit_encoder(flags)[0].feature_names if name.startswith("flag")] == ["flag"]
    assert fit_encoder(pd.DataFrame({"x": np.arange(12.0)}))[0].feature_names == ("x",)


def test_dates_are_cut_too_even_where_they_come_as_text() -> None:
    days = pd.date_range("2020-01-01", periods=600, freq="7h")
    for column in (days, days.strftime("%Y-%m-%dT%H:%M:%S")):
        names = fit_encoder(pd.DataFrame({"day": column}))[0].feature_names
        assert sum(name.startswith("day_total_seconds from") for name in names) == MOST_PIECES


def test_a_wide_table_stays_bounded_and_fast() -> None:
    values = np.random.default_rng(3).normal(size=(1000, 1500))
    targets = np.arange(1000) % 3
    start = time.perf_counter()
    encoder, features = fit_encoder(pd.DataFrame(values).add_prefix("x"), targets=targets)
    encoder.transform(pd.DataFrame(values).add_prefix("x"))
    assert time.perf_counter() - start < 20
    assert features.shape[1] == 1500
    forty = fit_encoder(pd.DataFrame(values[:, :40]).add_prefix("x"))[0]
    assert 40 < len(forty.feature_names) <= 40 + MOST_PIECES_TOGETHER


def test_the_encoding_can_be_switched_off_and_a_wrong_name_is_refused() -> None:
    table = table_from_frame(mixed_frame(300))
    plain = prepare(table, "label", numeric_encoding="scaled")
    rich = prepare(table, "label")
    assert plain.feature_names == rich.feature_names[: plain.num_features]
    np.testing.assert_array_equal(plain.test.features, rich.test.features[:, : plain.num_features])
    assert rich.num_features > plain.num_features
    with pytest.raises(SettingError, match="no such numeric encoding: got 'cubic'"):
        prepare(table, "label", numeric_encoding="cubic")
