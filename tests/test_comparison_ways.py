"""The verdict names the cheapest way of those that score highest, in every order of the ways' scores."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from east.comparison import (
    Comparison,
    Difference,
    Race,
    compare,
    judge_references,
    reference_sentence,
    verdict,
)
from east.comparison.ways import climb
from east.references import FittedReference
from east.training import Arm, Outcome
from tests.built_races import WEIGHTED
from tests.moments import CROSS_ENTROPY, EAST, F1, arm_result

CLASSES = ("a", "b", "c")
COUNTS = (500, 400, 300)
TARGETS = np.repeat(np.arange(3), COUNTS)
SEEDS = 3
# Shares of rows that are found, far enough apart to be shown; equal levels give equal scores.
LEVELS = (0.5, 0.6, 0.7, 0.8)
DECIDED, EAST_DECIDED = (replace(arm, rule="expected") for arm in (CROSS_ENTROPY, EAST))
SQUARE = (CROSS_ENTROPY, DECIDED, EAST, EAST_DECIDED)
ENSEMBLES = tuple(replace(arm, members=SEEDS) for arm in SQUARE)
# From cheap to costly: a rule before another training, a training before an ensemble.
WAYS = (*SQUARE, *ENSEMBLES)
KINDS = dict(zip(WAYS, ("", "rule_enough", "better", "both", *["ensemble"] * 4), strict=True))
NOTHING_GAINED = {"undecided", "equal", "too_few_rows", "worse"}


def predictions(share: float, lanes: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Find exactly this share of every class in every lane, in rows drawn for each; `[lanes, n]`."""
    return np.stack([found(share, [generator.permutation(rows) for rows in COUNTS]) for _ in range(lanes)])


def found(share: float, ranks: Sequence[NDArray[np.int64]], moved: float = 0.0) -> NDArray[np.int64]:
    """Find the rows of lowest rank in each class; `moved` is the share of each class that changes places."""
    places = [(rank + round(moved * len(rank))) % len(rank) < share * len(rank) for rank in ranks]
    return np.where(np.concatenate(places), TARGETS, (TARGETS + 1) % 3)


def built(levels: Mapping[Arm, int], seeds: int = SEEDS) -> Race:
    """Build a race whose arms score by their level; an ensemble changes few rows without one of its members."""
    generator = np.random.default_rng(0)
    results = []
    for arm, level in levels.items():
        share = LEVELS[level]
        if arm.ensemble:
            ranks = [generator.permutation(rows) for rows in COUNTS]
            whole = np.tile(found(share, ranks), (seeds, 1))
            left_out = np.stack([found(share, ranks, 0.01 * (member + 1)) for member in range(seeds)])
            result = arm_result(arm, range(seeds), TARGETS, whole, 3)
            results.append(replace(result, left_out=left_out))
        else:
            lanes = predictions(share, seeds, generator)
            results.append(arm_result(arm, range(seeds), TARGETS, lanes, 3))
    return Race(F1, CLASSES, TARGETS, tuple(results))


def judge(levels: Mapping[Arm, int]) -> Comparison:
    return compare(built(levels), draws=50)


def cheapest(levels: Mapping[Arm, int]) -> Arm:
    return next(arm for arm in WAYS if levels.get(arm) == max(levels.values()))


def orders(count: int) -> list[tuple[int, ...]]:
    """List every order of `count` scores, ties included, as levels from 0 without a gap."""
    every = product(range(count), repeat=count)
    return [levels for levels in every if set(levels) == set(range(max(levels) + 1))]


def assert_names_the_cheapest(levels: Mapping[Arm, int]) -> None:
    said, best = verdict(judge(levels)), cheapest(levels)
    if best == CROSS_ENTROPY:
        assert said.kind in NOTHING_GAINED
        assert (said.kind == "worse") == (levels[EAST] < levels[CROSS_ENTROPY])
        assert "got you there" not in said.text
    else:
        assert said.kind == KINDS[best]
        name = best.label[0].lower() + best.label[1:] if best.loss == "cross_entropy" else best.label
        assert f"got you there: in macro F1 {name} is above cross-entropy by " in said.headline


def test_there_are_75_orders_of_four_scores() -> None:
    assert len(orders(4)) == 75


@pytest.mark.parametrize("levels", orders(4), ids=str)
def test_every_order_of_the_square(levels: tuple[int, ...]) -> None:
    assert_names_the_cheapest(dict(zip(SQUARE, levels, strict=True)))


@pytest.mark.parametrize("good", list(product((0, 1), repeat=4)), ids=str)
@pytest.mark.parametrize("ensembles", [0, 1, 2])
def test_ensembles_count_only_where_they_add(good: tuple[int, ...], ensembles: int) -> None:
    """Ensembles of the whole square are as good as the worst, the best, or better than the best network."""
    levels = dict(zip(SQUARE, good, strict=True)) | dict.fromkeys(ENSEMBLES, ensembles)
    assert_names_the_cheapest(levels)


@pytest.mark.parametrize("seed", range(40))
def test_drawn_orders_of_all_eight_ways(seed: int) -> None:
    drawn = np.random.default_rng(seed).integers(0, len(LEVELS), len(WAYS))
    assert_names_the_cheapest({arm: int(level) for arm, level in zip(WAYS, drawn, strict=True)})


def difference(first: Arm, second: Arm, value: float, half: float) -> Difference:
    p = 0.001 if abs(value) > half else 0.5
    return Difference(first, second, (value,), value, (value - half, value + half), p, p, 1.0)


def test_the_climb_ends_at_the_cheapest_best_in_every_order_of_six_ways() -> None:
    arms = (*SQUARE, ENSEMBLES[0], ENSEMBLES[3])
    places = np.random.default_rng(0).permutation(len(arms))
    shuffled = [arms[place] for place in places]
    every = orders(len(arms))
    assert len(every) == 4683
    for scores in every:
        levels = dict(zip(arms, scores, strict=True))

        def above(
            start: int, costlier: Sequence[int], levels: Mapping[Arm, int] = levels
        ) -> tuple[Difference, ...]:
            pairs = [(shuffled[place], shuffled[start]) for place in costlier]
            return tuple(difference(a, b, levels[a] - levels[b], 0.5) for a, b in pairs)

        assert climb(shuffled, shuffled.index(CROSS_ENTROPY), above)[-1].start == cheapest(levels)


def test_the_words_of_each_way() -> None:
    words = {
        DECIDED: "Deciding for the metric got",
        EAST: "Training for the metric got",
        EAST_DECIDED: "Training and deciding for the metric got",
        ENSEMBLES[0]: "An ensemble got",
        ENSEMBLES[1]: "An ensemble, and deciding for the metric, got",
        ENSEMBLES[2]: "An ensemble, and training for the metric, got",
        ENSEMBLES[3]: "An ensemble, and training and deciding for the metric, got",
    }
    for best, text in words.items():
        levels = dict.fromkeys(WAYS, 0) | {best: 1}
        said = verdict(judge(levels))
        assert said.headline.startswith(text)
        assert ("no costlier way is shown to be better" in said.headline) == (best != ENSEMBLES[3])


def test_a_rule_on_another_loss() -> None:
    weighted = replace(WEIGHTED, rule="expected")
    said = verdict(judge({CROSS_ENTROPY: 0, DECIDED: 0, weighted: 1, EAST: 1}))
    assert said.headline.startswith(
        "Weighting and a rule for the metric got you there: in macro F1 class-weighted"
    )


def test_what_each_step_adds_is_told() -> None:
    said = verdict(judge({CROSS_ENTROPY: 0, DECIDED: 1, EAST: 1, EAST_DECIDED: 2}))
    assert said.kind == "both"
    steps = said.text.partition("Step by step: cross-entropy with")[2]
    assert " adds 10.0 points" in steps and "; EAST with" in steps and " to cross-entropy with" in steps


def test_ways_shown_to_be_worse_are_told_where_nothing_is_gained() -> None:
    said = verdict(judge({CROSS_ENTROPY: 1, DECIDED: 0, EAST: 1}))
    assert said.kind in ("undecided", "equal")
    assert DECIDED.label[1:] not in said.headline
    worse = f"Shown to be worse than cross-entropy: {DECIDED.label[0].lower()}{DECIDED.label[1:]} by "
    assert worse in said.text


def test_every_other_way_is_worse() -> None:
    said = verdict(judge({CROSS_ENTROPY: 2, DECIDED: 1, WEIGHTED: 0}))
    assert said.kind == "worse"
    assert said.headline.endswith("every other way is worse too.")


def test_a_cheaper_way_that_may_be_as_good_is_named() -> None:
    comparison = judge({CROSS_ENTROPY: 0, DECIDED: 1, EAST: 1})
    first = comparison.steps[0].differences
    unsure = [replace(d, interval=(-0.01, 0.21), adjusted_p=0.07) if d.first == DECIDED else d for d in first]

    def above(start: int, costlier: Sequence[int]) -> tuple[Difference, ...]:
        return tuple(unsure) if start == 0 else ()

    steps = climb(comparison.race.arms, 0, above)
    over = difference(EAST, DECIDED, 0.0, 0.05)
    said = verdict(replace(comparison, steps=steps, over_cheaper=(over,)))
    assert said.headline.startswith("Training for the metric got you there")
    assert "It is not shown to lead these cheaper ways; its lead, in points: cross-entropy with" in said.text
    assert "−5.0 to +5.0" in said.text


def test_the_cheaper_ways_are_those_that_the_climb_left_out() -> None:
    comparison = judge(dict.fromkeys(WAYS, 0) | {DECIDED: 1, ENSEMBLES[1]: 2})
    assert comparison.steps[-1].start == ENSEMBLES[1]
    assert [d.second for d in comparison.over_cheaper] == [EAST, EAST_DECIDED, ENSEMBLES[0]]
    assert {d.first for d in comparison.over_cheaper} == {ENSEMBLES[1]}


def test_a_gain_that_only_the_steps_show_is_told_by_the_steps() -> None:
    comparison = judge({CROSS_ENTROPY: 0, DECIDED: 1, EAST_DECIDED: 2})
    unsure = [
        replace(d, interval=(-0.05, 0.4)) if d.first == EAST_DECIDED else d
        for d in comparison.steps[0].differences
    ]
    steps = (replace(comparison.steps[0], differences=tuple(unsure)), *comparison.steps[1:])
    said = verdict(replace(comparison, steps=steps))
    assert "EAST with" in said.headline and ", which is above cross-entropy by " in said.headline
    assert "−5.0" not in said.text
    assert "Step by step" not in said.text


def test_one_seed_speaks_of_its_networks_only() -> None:
    comparison = compare(built({CROSS_ENTROPY: 0, DECIDED: 1, EAST: 0}, seeds=1), draws=50)
    said = verdict(comparison)
    assert said.headline.startswith("With the networks of this seed, deciding for the metric got you there")
    assert "with one seed they do not cover other seeds" in said.text
    worse = verdict(compare(built({CROSS_ENTROPY: 1, DECIDED: 1, EAST: 0}, seeds=1), draws=50))
    assert worse.kind == "worse_model"
    assert worse.headline.startswith("The EAST model of this seed is worse than the model of cross-entropy")


@pytest.mark.parametrize(("level", "ahead"), [(0, False), (2, False), (3, True)])
def test_a_reference_is_named_only_where_it_beats_every_arm(level: int, ahead: bool) -> None:
    comparison = judge({CROSS_ENTROPY: 0, DECIDED: 2, EAST: 1})
    generator = np.random.default_rng(1)
    probabilities = np.eye(3)[predictions(LEVELS[level], 1, generator)[0]]
    trees = FittedReference("boosting", probabilities, probabilities, 1.0)
    trained = cast(Outcome, SimpleNamespace(validation_targets=TARGETS))
    found = judge_references(comparison, trained, [trees])
    assert found.best == DECIDED
    text = reference_sentence(found, comparison)
    assert bool(text) == ahead
    assert text.startswith("On this table ") == ahead


def test_references_are_corrected_for_their_number() -> None:
    comparison = judge({CROSS_ENTROPY: 0, EAST: 1})
    generator = np.random.default_rng(2)
    models = [np.eye(3)[predictions(share, 1, generator)[0]] for share in (0.6, 0.61, 0.7)]
    fitted = [FittedReference("boosting", model, model, 1.0) for model in models]
    trained = cast(Outcome, SimpleNamespace(validation_targets=TARGETS))
    found = judge_references(comparison, trained, fitted)
    p_values = np.array([one.difference.p_value for one in found.scores])
    order = p_values.argsort()
    stepped = np.minimum(np.maximum.accumulate(p_values[order] * (3, 2, 1)), 1)
    assert [found.scores[place].difference.adjusted_p for place in order] == pytest.approx(stepped)
