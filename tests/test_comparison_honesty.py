"""Whatever the statistics are, the verdict claims no more than they show, and tells only their numbers."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from east.comparison import Comparison, Difference, compare, verdict
from east.comparison.ways import climb
from east.training import Arm
from tests.built_races import ADJUSTED, ANCHORED, EAST_PAPER, PLAIN, WEIGHTED, race
from tests.moments import CROSS_ENTROPY, EAST, TUNED

LOSSES = (WEIGHTED, PLAIN, ADJUSTED, ANCHORED, EAST_PAPER)
RULED = tuple(replace(arm, rule="expected") for arm in (CROSS_ENTROPY, EAST, WEIGHTED))
ENSEMBLES = tuple(replace(arm, members=2) for arm in (CROSS_ENTROPY, EAST, *RULED))
EVIDENCE = re.compile(r"\(95 % interval (\S+) to (\S+)\)")


def drawn(generator: np.random.Generator, rivals: Sequence[Arm], least: int) -> Comparison:
    """Draw a comparison whose statistics are anything at all, consistent only in themselves."""
    places = generator.permutation(len(rivals))[: generator.integers(least, 5)]
    arms = [EAST, CROSS_ENTROPY, *(rivals[place] for place in places)]
    comparison = compare(
        race(
            {"a": 30, "b": 20, "c": 8},
            {arm: tuple(generator.uniform(0.3, 0.9, 3)) for arm in arms},
            seeds=int(generator.integers(1, 3)),
        ),
        draws=20,
    )
    template = comparison.differences[0]

    def above(start: int, costlier: Sequence[int]) -> tuple[Difference, ...]:
        second = comparison.race.arms[start]
        pairs = [replace(template, first=comparison.race.arms[place], second=second) for place in costlier]
        return tuple(redrawn(generator, pair) for pair in pairs)

    return replace(
        comparison,
        differences=tuple(redrawn(generator, own) for own in comparison.differences),
        over_baseline=tuple(redrawn(generator, over) for over in comparison.over_baseline),
        steps=climb(comparison.race.arms, 1, above),
        over_cheaper=tuple(redrawn(generator, over) for over in comparison.over_cheaper),
    )


def redrawn(generator: np.random.Generator, difference: Difference) -> Difference:
    value, half = generator.normal(0, 0.03), generator.exponential(0.03)
    p = float(generator.uniform(0, 0.05) if abs(value) > half else generator.uniform(0.05, 1))
    return replace(
        difference,
        value=value,
        interval=(value - half, value + half),
        p_value=p,
        adjusted_p=min(1.0, p * float(generator.choice([1.0, 3.0]))),
        limiting_class=None if generator.random() < 0.5 else 2,
    )


def shown(differences: Sequence[Difference], sign: int) -> list[Difference]:
    """Pick the differences on one side of 0 with their whole interval, after correction."""
    return [d for d in differences if min(sign * end for end in d.interval) > 0 and d.adjusted_p < 0.05]


@pytest.mark.parametrize("seed", range(100))
def test_the_verdict_on_losses_is_never_stronger_than_the_intervals(seed: int) -> None:
    comparison = drawn(np.random.default_rng(seed), LOSSES, least=0)
    said = verdict(comparison)
    kind = said.kind.removesuffix("_model")
    excluding, below = shown(comparison.differences, 1), shown(comparison.differences, -1)
    if kind == "better":
        assert len(excluding) == len(comparison.differences)
    if kind == "better_than_some":
        assert 0 < len(excluding) < len(comparison.differences)
    assert (kind == "worse") == bool(below)
    if kind.endswith("_enough"):
        assert shown(comparison.over_baseline, 1)
        assert len(excluding) < len(comparison.differences)
    if kind == "equal":
        assert all(max(-d.interval[0], d.interval[1]) <= 0.01 for d in comparison.differences)
    if kind in ("undecided", "too_few_rows", "equal"):
        assert not excluding
        assert not re.search(r"is (better|worse)", said.text)


@pytest.mark.parametrize("seed", range(150))
def test_the_verdict_on_ways_is_never_stronger_than_the_intervals(seed: int) -> None:
    comparison = drawn(np.random.default_rng(seed), (TUNED, *RULED, *ENSEMBLES, *LOSSES), least=1)
    if all(arm.plain for arm in comparison.race.arms):
        comparison = drawn(np.random.default_rng(seed), (TUNED, *RULED, *ENSEMBLES), least=1)
    said = verdict(comparison)
    first, last = comparison.steps[0], comparison.steps[-1]
    gained, lost = shown(first.differences, 1), shown(first.differences, -1)
    if said.kind in ("undecided", "too_few_rows", "equal", "worse", "worse_model"):
        assert not gained
        assert ("is worse" in said.headline) == (said.kind in ("worse", "worse_model"))
        told = said.headline + said.text.partition("Shown to be worse")[2]
        nearest = sorted(lost, key=lambda d: -d.value)[:3]
        assert all(d.first.label.lower() in told.lower() for d in nearest)
    else:
        assert gained
        assert last.start.label.lower() in said.headline.lower()
        for step in comparison.steps[:-1]:
            assert step.taken in [d.first for d in shown(step.differences, 1)]
        assert not shown(last.differences, 1)
    if said.kind == "equal":
        undecided = [d for d in first.differences if d not in lost]
        assert all(max(-d.interval[0], d.interval[1]) <= 0.01 for d in undecided)
    assert "is better" not in said.text
    assert ("no costlier way is shown to be better" in said.headline) == bool(gained and last.differences)


@pytest.mark.parametrize("seed", range(150))
def test_every_claim_of_the_headline_has_an_interval_beyond_zero(seed: int) -> None:
    rivals = LOSSES if seed % 2 else (TUNED, *RULED, *ENSEMBLES, *LOSSES)
    said = verdict(drawn(np.random.default_rng(500 + seed), rivals, least=seed % 2))
    claims = EVIDENCE.findall(said.headline)
    assert bool(claims) == (said.kind not in ("undecided", "too_few_rows", "equal"))
    assert all(float(low) > 0 and float(high) > 0 for low, high in claims), said.headline


@pytest.mark.parametrize("seed", range(80))
def test_every_number_of_the_headline_is_in_the_statistics(seed: int) -> None:
    rivals = LOSSES if seed % 2 else (TUNED, *RULED, *ENSEMBLES)
    comparison = drawn(np.random.default_rng(1000 + seed), rivals, least=1 - seed % 2)
    told = {float(text) for text in re.findall(r"\d+\.\d+", verdict(comparison).headline)}
    known: set[float] = set()
    climbed = [d for step in comparison.steps for d in step.differences]
    for d in (*comparison.differences, *comparison.over_baseline, *climbed):
        numbers: NDArray[np.float64] = np.abs([d.value, *d.interval]) * 100
        known |= {round(float(number), digits) for number in numbers for digits in (1, 2, 3)}
    assert told and told <= known
