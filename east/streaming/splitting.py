"""Which part a row is in: a hash of its position in the folder decides, so that no list of rows is kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from east.dataset.outline import DEFAULT_SHARES
from east.dataset.splitting import check_shares
from east.errors import DatasetError

MOST_JUDGED = 100_000
"""Rows that validate and rows that test where no shares are given; more would tell little more."""
MOST_HELD = 500_000
"""Rows of one part that a computer keeps in memory."""
SAMPLE_ROWS = 100_000
"""Training rows that the encoder is fitted on, about."""

Integers = NDArray[np.int64]
_SPLIT, _SAMPLE = 0, 1


def shares_for(rows: int, given: Sequence[float] | None) -> tuple[float, float, float]:
    """Return the shares of training, validation and test for a folder of so many rows.

    Args:
        rows: of the folder.
        given: shares that were asked for; None is 0.6, 0.2 and 0.2, but at most MOST_JUDGED rows each to validate
            and to test.

    Raises:
        SettingError: for shares that are none.
        DatasetError: for shares that leave more than MOST_HELD rows to validate or to test.
    """
    if given is None:
        judged = min(DEFAULT_SHARES[1], MOST_JUDGED / max(rows, 1))
        return 1 - 2 * judged, judged, judged
    shares = check_shares(given)
    held = round(max(shares[1:]) * rows)
    if held > MOST_HELD:
        share = MOST_HELD / rows
        remedy = f"give --shares of at most {share:.2g} for validation and test, or none"
        got = f"{held:,} of {rows:,} rows, and {MOST_HELD:,} fit"
        raise DatasetError("Rows to validate or test with are kept in memory", got, remedy)
    return shares


def parts_of(start: int, count: int, shares: Sequence[float], seed: int) -> NDArray[np.int8]:
    """Tell the parts `[count]` of consecutive rows: 0 trains, 1 validates, 2 tests."""
    chance = _chances(start, count, seed, _SPLIT)
    return np.searchsorted(np.cumsum(shares)[:2], chance, side="right").astype(np.int8)


def sampled(start: int, count: int, training_rows: int, seed: int) -> NDArray[np.bool_]:
    """Tell which `[count]` of consecutive rows the encoder may see, if they train; about SAMPLE_ROWS of all."""
    return np.asarray(_chances(start, count, seed, _SAMPLE) < SAMPLE_ROWS / max(training_rows, 1))


def _chances(start: int, count: int, seed: int, purpose: int) -> NDArray[np.float64]:
    """Hash positions to numbers in [0, 1), `[count]`.

    Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014 (splitmix64).
    """
    key = np.random.SeedSequence([seed, purpose]).generate_state(1, np.uint64)[0]
    with np.errstate(over="ignore"):
        mixed = np.arange(start + 1, start + count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + key
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(11)) * 2.0**-53)
