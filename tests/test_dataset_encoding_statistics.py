"""Class shares that equal scikit-learn's target encoder and never see their own row's target."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import PredefinedSplit
from sklearn.preprocessing import TargetEncoder

from east.dataset.encoding import fit_encoder
from east.dataset.encoding.statistics import (
    FEWEST_ROWS,
    FOLDS,
    MOST_STATISTICS,
    SMOOTHING,
    across_folds,
    fit_class_shares,
)

CLASSES = 4


def coded(rows: int = 800, values: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make codes of values, targets that follow them in part, and folds."""
    generator = np.random.default_rng(seed)
    codes = generator.integers(values, size=rows)
    targets = np.where(generator.random(rows) < 0.6, codes % CLASSES, generator.integers(CLASSES, size=rows))
    return codes, targets, generator.permutation(rows) % FOLDS


def test_shares_across_folds_equal_those_of_scikit_learn() -> None:
    codes, targets, folds = coded()
    encoder = TargetEncoder(target_type="multiclass", smooth=SMOOTHING, cv=PredefinedSplit(folds))
    expected = encoder.fit_transform(codes[:, None], targets)
    np.testing.assert_allclose(across_folds(codes, targets, folds), expected, atol=1e-12)


def test_no_row_sees_its_own_target() -> None:
    codes, targets, folds = coded(300)
    before = across_folds(codes, targets, folds)
    for row in range(0, 300, 17):
        flipped = targets.copy()
        flipped[row] = (flipped[row] + 1) % CLASSES
        after = across_folds(codes, flipped, folds)
        np.testing.assert_array_equal(after[row], before[row])
        others = (codes == codes[row]) & (folds != folds[row])
        assert (after[others] != before[others]).any()


def test_values_that_say_nothing_are_not_encoded() -> None:
    generator = np.random.default_rng(1)
    noise = generator.integers(100, size=2000).astype(float)
    targets = generator.integers(3, size=2000)
    encoder, features = fit_encoder(pd.DataFrame({"noise": noise}), targets=targets)
    assert encoder.shares.names == ()
    assert features.shape[1] == len(encoder.feature_names)


def odd_or_even(rows: int = 2000) -> tuple[pd.DataFrame, np.ndarray]:
    """Make a number whose class goes by odd or even, which no knot can tell, and a text of many values."""
    generator = np.random.default_rng(2)
    number = generator.integers(120, size=rows)
    place = generator.integers(90, size=rows)
    frame = pd.DataFrame({"number": number.astype(float), "place": [f"place {i}" for i in place]})
    return frame, (number % 2 + 2 * (place % 7 == 0)).astype(np.int64)


def test_values_that_tell_the_class_are_encoded_by_it_for_rows_to_come() -> None:
    frame, targets = odd_or_even()
    encoder, _ = fit_encoder(frame, targets=targets)
    assert set(encoder.shares.names) == {"number", "place"}
    known = frame["number"].to_numpy() == 7.0
    counts = np.bincount(targets[known], minlength=4)
    overall = np.bincount(targets, minlength=4) / len(targets)
    expected = 2 * ((counts + SMOOTHING * overall) / (counts.sum() + SMOOTHING) - overall)
    row = encoder.transform(pd.DataFrame({"number": [7.0], "place": ["place 3"]}))[0]
    names = [f"number with class {k}" for k in range(4)]
    np.testing.assert_allclose(
        row[[encoder.feature_names.index(name) for name in names]], expected, atol=1e-6
    )


def test_new_values_and_gaps_share_what_rare_values_have() -> None:
    frame, targets = odd_or_even()
    frame.loc[:1, "number"] = [1e9, 2e9]
    targets[:2] = 3
    encoder, _ = fit_encoder(frame, targets=targets)
    strange = pd.DataFrame({"number": [5e8, 1e9, np.nan], "place": ["nowhere", "place 1", None]})
    features = encoder.transform(strange)
    assert np.isfinite(features).all()
    columns = [encoder.feature_names.index(f"number with class {k}") for k in range(4)]
    np.testing.assert_array_equal(features[0, columns], features[1, columns])
    np.testing.assert_array_equal(features[0, columns], features[2, columns])
    assert features[0, columns].argmax() == 3


def test_a_value_of_few_rows_is_not_kept() -> None:
    frame, targets = odd_or_even()
    frame.loc[: FEWEST_ROWS - 2, "number"] = 123_456_789.0
    frame.loc[: FEWEST_ROWS - 2, "place"] = "a single household"
    encoder, _ = fit_encoder(frame, targets=targets)
    kept = [value for values in encoder.shares.values for value in values]
    assert 7.0 in kept
    assert 123_456_789.0 not in kept
    assert "a single household" not in kept


@pytest.mark.parametrize("classes", [20, 100, MOST_STATISTICS + 1])
def test_the_columns_of_shares_are_bounded(classes: int) -> None:
    generator = np.random.default_rng(3)
    targets = np.concatenate([np.arange(classes), generator.integers(classes, size=6000)])
    columns = {f"c{i}": targets * 1.0 + 1000 * i for i in range(50)}
    coarse = dict.fromkeys(columns, np.zeros(len(targets), dtype=np.int64))
    tiled = {
        name: np.where(generator.random(len(targets)) < 0.9, column, -1.0) for name, column in columns.items()
    }
    fitted, encoded = fit_class_shares(tiled, coarse, targets, 0)
    most = MOST_STATISTICS // classes
    assert len(fitted.names) == most
    assert encoded.shape == (len(targets), len(fitted.names) * classes)
    assert fitted.transform(tiled, len(targets)).shape == encoded.shape


def test_the_same_seed_gives_the_same_encoding_and_another_seed_other_folds() -> None:
    frame, targets = odd_or_even()
    first, again, other = (fit_encoder(frame, seed, targets=targets)[1] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
