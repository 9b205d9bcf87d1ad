"""Moments of a recorded training: thinned, found by a step, and by the quarter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from east.run import last_quarter, nearest_place, thinned
from east.training import Arm, ArmSnapshot, Snapshot
from tests.moments import F1, lane, moment

ARM = Arm("east", F1)


def history(steps: list[int], total: int) -> list[Snapshot]:
    return [moment(step, total, [ArmSnapshot(ARM, (lane(ARM),))]) for step in steps]


@given(st.integers(1, 500), st.integers(1, 50))
def test_thinning_keeps_the_ends_and_few_between(count: int, most: int) -> None:
    whole = history(list(range(count)), count)
    kept = [found.step for found in thinned(whole, most)]
    assert kept[0] == 0 and kept[-1] == count - 1 and len(kept) <= most + 1
    assert kept == sorted(set(kept))


@given(st.lists(st.integers(0, 1000), min_size=1, unique=True).map(sorted), st.integers(-5, 1100))
def test_the_nearest_place_is_found_as_by_brute_force(steps: list[int], wanted: int) -> None:
    recorded = history(steps, 1000)
    place = nearest_place(recorded, wanted)
    assert abs(steps[place] - wanted) == min(abs(step - wanted) for step in steps)
    assert nearest_place(recorded, None) == len(steps) - 1


@pytest.mark.parametrize(
    ("last", "expected"), [(24, None), (25, 25), (49, 25), (50, 50), (99, 75), (100, 100)]
)
def test_the_last_quarter_begins_at_its_first_snapshot(last: int, expected: int | None) -> None:
    found = last_quarter(history(list(range(last + 1)), 100))
    assert (found.step if found else None) == expected
    assert last_quarter([]) is None
