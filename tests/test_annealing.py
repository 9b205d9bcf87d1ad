import math
from dataclasses import FrozenInstanceError
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from east.annealing import Annealing, Sharpness
from east.errors import SettingError
from east.losses import PAPER_ANNEALING, RECOMMENDED_ANNEALING

# A busy machine is no failure, and a failure must come again.
unhurried = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
deltas = st.floats(0, 0.5, exclude_max=True)
omegas = st.floats(0, 1, exclude_min=True)
shares = st.floats(0, 1)


@pytest.mark.parametrize(("delta", "omega"), [(0.0, 1.0), (0.49, 1e-6), (0.2, 0.5)])
def test_a_sharpness_holds_what_it_was_given(delta: float, omega: float) -> None:
    sharpness = Sharpness(delta, omega)
    assert (sharpness.delta, sharpness.omega) == (delta, omega)
    with pytest.raises(FrozenInstanceError):
        sharpness.delta = 0.3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("delta", "omega", "name"),
    [
        (-0.01, 1.0, "delta"),
        (0.5, 1.0, "delta"),
        (math.nan, 1.0, "delta"),
        (0.2, 0.0, "omega"),
        (0.2, 1.01, "omega"),
        (0.2, math.nan, "omega"),
    ],
)
def test_a_sharpness_that_would_not_increase_is_refused(delta: float, omega: float, name: str) -> None:
    with pytest.raises(SettingError, match=rf"^{name} must lie in .*; use for example .*\.$"):
        Sharpness(delta, omega)


@unhurried
@given(deltas, omegas, deltas, omegas, shares)
def test_a_linear_path_is_the_mean_of_its_ends_weighted_by_progress(
    delta: float, omega: float, last_delta: float, last_omega: float, share: float
) -> None:
    path = Annealing(Sharpness(delta, omega), Sharpness(last_delta, last_omega))
    now = path.at(share)
    assert now.delta == pytest.approx(delta + share * (last_delta - delta), abs=1e-15)
    assert now.omega == pytest.approx(omega + share * (last_omega - omega), abs=1e-15)
    assert path.at(0.0) == path.start and path.at(1.0) == path.end


@unhurried
@given(st.floats(1e-6, 0.49), st.floats(1e-6, 1), st.floats(1e-6, 0.49), st.floats(1e-6, 1), shares)
def test_a_geometric_path_is_linear_in_the_logarithm(
    delta: float, omega: float, last_delta: float, last_omega: float, share: float
) -> None:
    now = Annealing(Sharpness(delta, omega), Sharpness(last_delta, last_omega), "geometric").at(share)
    expected = math.log(delta) + share * (math.log(last_delta) - math.log(delta))
    assert math.log(now.delta) == pytest.approx(expected, abs=1e-12)
    expected = math.log(omega) + share * (math.log(last_omega) - math.log(omega))
    assert math.log(now.omega) == pytest.approx(expected, abs=1e-12)


@unhurried
@given(deltas, omegas, shares, st.sampled_from(["linear", "geometric"]))
def test_a_path_that_stands_still_is_valid_everywhere(
    delta: float, omega: float, share: float, shape: str
) -> None:
    sharpness = Sharpness(max(delta, 1e-300), omega)
    now = Annealing(sharpness, sharpness, shape).at(share)  # type: ignore[arg-type]
    assert now.delta == pytest.approx(sharpness.delta) and now.omega == pytest.approx(omega)


@pytest.mark.parametrize("path", [RECOMMENDED_ANNEALING, PAPER_ANNEALING])
def test_the_recipes_go_from_soft_to_hard_in_both_values(path: Annealing) -> None:
    moments = [path.at(step / 50) for step in range(51)]
    for now, later in pairwise(moments):
        assert later.delta < now.delta and later.omega < now.omega
    assert path.at(-3.0) == path.start and path.at(7.0) == path.end


def test_a_path_refuses_an_unknown_shape_and_a_geometric_way_to_zero() -> None:
    with pytest.raises(SettingError, match="got cosine; use linear or geometric"):
        Annealing(Sharpness(0.2, 1), Sharpness(0.1, 1), "cosine")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="use shape linear"):
        Annealing(Sharpness(0.2, 1), Sharpness(0.0, 0.1), "geometric")
