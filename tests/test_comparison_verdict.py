from dataclasses import replace

import numpy as np

from east.comparison import Race, compare, verdict
from east.metrics import metric
from tests.built_races import (
    ADJUSTED,
    ANCHORED,
    EAST_PAPER,
    FOCAL,
    LARGE,
    PLAIN,
    WEIGHTED,
    judge,
    race,
)
from tests.moments import CROSS_ENTROPY, EAST, F1, TUNED, arm_result


def test_better_than_the_only_rival() -> None:
    said, comparison = judge(race(LARGE, {EAST: (0.9, 0.8, 0.8), CROSS_ENTROPY: (0.92, 0.6, 0.6)}))
    assert said.kind == "better"
    assert said.headline.startswith("EAST is better than cross-entropy in macro F1: by ")
    assert comparison.differences[0].interval[0] > 0


def test_better_than_all_names_the_nearest_rival() -> None:
    recalls = {
        EAST: (0.9, 0.85, 0.85),
        CROSS_ENTROPY: (0.9, 0.55, 0.55),
        WEIGHTED: (0.9, 0.7, 0.7),
    }
    said, _ = judge(race(LARGE, recalls))
    assert said.kind == "better"
    assert "better than all 2 rivals" in said.headline
    assert "the nearest, class-weighted cross-entropy, is behind by" in said.headline
    assert any("Holm's correction for 2 rivals" in detail for detail in said.details)


def test_no_difference_this_data_can_show() -> None:
    said, _ = judge(
        race(
            {"a": 70, "b": 60, "c": 50},
            {EAST: (0.8, 0.7, 0.7), CROSS_ENTROPY: (0.8, 0.69, 0.7)},
            luck=0.3,
        )
    )
    assert said.kind == "undecided"
    assert said.headline.startswith(
        "No difference that this data can show in macro F1 between EAST and cross-entropy: it could be anything "
    )


def test_what_the_difference_could_be_holds_for_every_rival() -> None:
    recalls = {EAST: (0.8, 0.7, 0.7), CROSS_ENTROPY: (0.74, 0.69, 0.7), WEIGHTED: (0.85, 0.71, 0.73)}
    said, comparison = judge(race({"a": 70, "b": 60, "c": 50}, recalls, luck=0.3))
    assert said.kind == "undecided"
    first, second = (difference.interval for difference in comparison.differences)
    assert first[0] != second[0] and first[1] != second[1]
    low, high = 100 * min(first[0], second[0]), 100 * max(first[1], second[1])
    assert f"anything from −{-low:.1f} to +{high:.1f} points" in said.headline


def test_equal_for_practical_purposes() -> None:
    recalls = {EAST: (0.8, 0.7, 0.7), CROSS_ENTROPY: (0.8, 0.7, 0.7)}
    said, comparison = judge(race({"a": 9000, "b": 8000, "c": 8000}, recalls, wobble=0.001))
    assert said.kind == "equal"
    assert max(map(abs, comparison.differences[0].interval)) < 0.01


def test_weighting_alone_got_you_there() -> None:
    recalls = {
        EAST: (0.9, 0.8, 0.8),
        CROSS_ENTROPY: (0.9, 0.55, 0.55),
        WEIGHTED: (0.9, 0.8, 0.8),
    }
    said, _ = judge(race(LARGE, recalls))
    assert said.kind == "weighting_enough"
    assert said.headline.startswith("Weighting alone got you there: class-weighted cross-entropy is above")
    assert "EAST is not shown to differ from it" in said.headline


def test_tuned_offsets_alone_got_you_there() -> None:
    recalls = {
        EAST: (0.9, 0.8, 0.8),
        CROSS_ENTROPY: (0.9, 0.55, 0.55),
        WEIGHTED: (0.9, 0.6, 0.6),
        TUNED: (0.9, 0.8, 0.8),
    }
    said, _ = judge(race(LARGE, recalls))
    assert said.kind == "rule_enough"
    assert said.headline.startswith(
        "Deciding for the metric got you there: in macro F1 cross-entropy with tuned offsets is above cross-entropy by "
    )
    assert said.headline.endswith("and no costlier way is shown to be better.")


def test_a_simpler_loss_alone_got_you_there() -> None:
    recalls = {
        EAST: (0.9, 0.8, 0.8),
        CROSS_ENTROPY: (0.9, 0.55, 0.55),
        PLAIN: (0.9, 0.8, 0.8),
    }
    said, _ = judge(race(LARGE, recalls))
    assert said.kind == "simpler_enough"
    assert said.headline.startswith("Plain soft matrix alone got you there")


def test_the_anchor_alone_got_you_there() -> None:
    recalls = {
        EAST: (0.9, 0.8, 0.8),
        CROSS_ENTROPY: (0.9, 0.55, 0.55),
        ADJUSTED: (0.9, 0.8, 0.8),
    }
    said, _ = judge(race(LARGE, recalls))
    assert said.kind == "anchor_enough"
    assert said.headline.startswith(
        "EAST's anchor alone got you there: metric-adjusted cross-entropy is above cross-entropy in macro F1 by "
    )
    assert "EAST is not shown to differ from it" in said.headline


def test_an_anchor_that_falls_short_is_beaten_like_any_rival() -> None:
    recalls = {
        EAST: (0.9, 0.85, 0.85),
        CROSS_ENTROPY: (0.9, 0.55, 0.55),
        ADJUSTED: (0.9, 0.7, 0.7),
    }
    said, _ = judge(race(LARGE, recalls))
    assert said.kind == "better"
    assert "the nearest, metric-adjusted cross-entropy, is behind by" in said.headline


def test_the_anchored_soft_matrix_alone_got_you_there_and_others_that_did_are_named() -> None:
    recalls = {
        EAST: (0.9, 0.8, 0.8),
        CROSS_ENTROPY: (0.9, 0.55, 0.55),
        ADJUSTED: (0.9, 0.79, 0.79),
        ANCHORED: (0.9, 0.81, 0.81),
    }
    said, _ = judge(race(LARGE, recalls))
    assert said.kind == "simpler_enough"
    assert said.headline.startswith(
        "A plain soft matrix with EAST's anchor alone got you there: plain soft matrix, anchored is above cross-entropy"
    )
    assert "So did metric-adjusted cross-entropy." in said.text


def test_the_papers_pieces_are_never_called_by_easts_bare_name() -> None:
    paper = "EAST (paper's pieces, no anchor)"
    ahead, behind = (0.9, 0.85, 0.85), (0.9, 0.55, 0.55)
    both, _ = judge(race(LARGE, {EAST: ahead, EAST_PAPER: behind, CROSS_ENTROPY: behind}))
    assert both.headline.startswith("EAST is better than all 2 rivals") and paper in both.headline
    alone, _ = judge(race(LARGE, {EAST_PAPER: ahead, CROSS_ENTROPY: behind}))
    assert alone.headline.startswith(f"{paper} is better than cross-entropy")
    model, _ = judge(race(LARGE, {EAST_PAPER: ahead, CROSS_ENTROPY: behind}, seeds=1))
    assert model.headline.startswith(f"The {paper} model of this seed is better")
    enough, _ = judge(race(LARGE, {EAST: ahead, EAST_PAPER: ahead, CROSS_ENTROPY: behind}))
    assert enough.headline.startswith("The paper's pieces alone, without an anchor, got you there: " + paper)


def test_worse() -> None:
    said, _ = judge(race(LARGE, {EAST: (0.9, 0.5, 0.5), CROSS_ENTROPY: (0.9, 0.7, 0.7)}))
    assert said.kind == "worse"
    assert said.headline.startswith("EAST is worse than cross-entropy in macro F1: by ")
    assert "−" not in said.headline


def test_worse_than_one_and_ahead_of_another() -> None:
    recalls = {
        EAST: (0.9, 0.7, 0.7),
        CROSS_ENTROPY: (0.9, 0.5, 0.5),
        WEIGHTED: (0.9, 0.88, 0.88),
    }
    said, _ = judge(race(LARGE, recalls))
    assert said.kind == "worse"
    assert "worse than class-weighted cross-entropy" in said.headline
    assert "it is ahead of cross-entropy" in said.headline


def test_too_few_rows_of_a_class() -> None:
    said, _ = judge(
        race(
            {"usual": 900, "other": 500, "scarce": 6},
            {EAST: (0.9, 0.9, 0.7), CROSS_ENTROPY: (0.9, 0.9, 0.5)},
            luck=0.2,
        )
    )
    assert said.kind == "too_few_rows"
    assert said.headline.startswith("Too few test rows of class 'scarce' (6) to tell EAST from cross-entropy")


def test_a_scarce_class_is_no_excuse_where_the_metric_hardly_sees_it() -> None:
    said, _ = judge(
        race(
            {"usual": 90, "other": 50, "scarce": 6},
            {EAST: (0.8, 0.8, 0.7), CROSS_ENTROPY: (0.8, 0.8, 0.5)},
            luck=0.3,
            measure=metric("accuracy"),
        )
    )
    assert said.kind == "undecided"


def test_better_than_some_and_undecided_about_others() -> None:
    recalls = {
        EAST: (0.9, 0.8, 0.8),
        CROSS_ENTROPY: (0.9, 0.77, 0.78),
        WEIGHTED: (0.9, 0.4, 0.4),
    }
    said, _ = judge(race({"a": 150, "b": 120, "c": 110}, recalls, luck=0.3, wobble=0.03))
    assert said.kind == "better_than_some"
    assert said.headline.startswith("In macro F1 EAST is not shown to differ from cross-entropy (−")
    assert "; it is better than class-weighted cross-entropy, by " in said.headline


def test_better_than_cross_entropy_but_not_shown_to_beat_another() -> None:
    recalls = {
        EAST: (0.9, 0.8, 0.8),
        CROSS_ENTROPY: (0.9, 0.4, 0.4),
        PLAIN: (0.9, 0.79, 0.79),
    }
    built = race({"a": 150, "b": 120, "c": 110}, recalls, luck=0.3, wobble=0.03)
    comparison = compare(built, draws=500)
    unsure = tuple(replace(over, adjusted_p=0.2) for over in comparison.over_baseline)
    said = verdict(replace(comparison, over_baseline=unsure))
    assert said.kind == "better_than_some"
    assert said.headline.startswith("In macro F1 EAST is better than cross-entropy, by ")
    assert said.headline.endswith("but is not shown to differ from plain soft matrix.")


def test_what_only_the_correction_leaves_open_is_said_so() -> None:
    recalls = {EAST: (0.9, 0.8, 0.8), CROSS_ENTROPY: (0.9, 0.6, 0.6), FOCAL: (0.9, 0.8, 0.8)}
    comparison = compare(race(LARGE, recalls), draws=500)
    first, second = comparison.differences
    unsure = (replace(first, p_value=0.04, adjusted_p=0.08), second)
    said = verdict(replace(comparison, differences=unsure, over_baseline=()))
    assert said.kind == "undecided"
    assert (
        "On its own, the interval against cross-entropy excludes zero, but after Holm's correction"
        in said.text
    )


def test_the_correction_is_not_told_where_nothing_is_called_better_or_worse() -> None:
    recalls = dict.fromkeys((EAST, CROSS_ENTROPY, FOCAL), (0.8, 0.7, 0.7))
    said, comparison = judge(race({"a": 70, "b": 60, "c": 50}, recalls, luck=0.3))
    assert [difference.conclusion for difference in comparison.differences] == ["undecided", "undecided"]
    assert "Holm" not in said.text


def test_no_difference_is_said_to_reach_beyond_the_metrics_ends() -> None:
    """Two seeds that disagree wildly: a t interval of one degree of freedom would pass 100 points."""
    targets = np.repeat([0, 1], 40)
    right, wrong = targets, 1 - targets
    predictions = {EAST: (right, wrong), CROSS_ENTROPY: (wrong, wrong)}
    results = tuple(arm_result(arm, (0, 1), targets, rows, 2) for arm, rows in predictions.items())
    said, comparison = judge(Race(F1, ("a", "b"), targets, results))
    assert comparison.differences[0].interval == (-1.0, 1.0)
    assert "anything from −100.0 to +100.0 points" in said.headline


def test_one_seed_speaks_of_models_only() -> None:
    said, _ = judge(race(LARGE, {EAST: (0.9, 0.8, 0.8), CROSS_ENTROPY: (0.92, 0.6, 0.6)}, seeds=1))
    assert said.kind == "better_model"
    assert said.headline.startswith("The EAST model of this seed is better than the model of cross-entropy")
    assert "with one seed they do not cover other seeds" in said.text
    assert "Run three seeds or more" in said.text


def test_alone() -> None:
    said, _ = judge(race(LARGE, {CROSS_ENTROPY: (0.9, 0.8, 0.8)}))
    assert (said.kind, said.headline) == (
        "alone",
        "Cross-entropy ran alone: there is nothing to compare it with.",
    )


def test_the_effect_in_rows() -> None:
    said, _ = judge(race(LARGE, {EAST: (0.9, 0.8, 0.8), CROSS_ENTROPY: (0.9, 0.6, 0.8)}, luck=0, wobble=0))
    assert (
        "Against cross-entropy on this test part: 80 more of 400 test rows of class 'rare' found and 80 fewer "
        "false alarms of class 'rarer' (means over seeds)."
    ) in said.text


def test_rows_gained_and_rows_lost_are_both_told() -> None:
    said, _ = judge(race(LARGE, {EAST: (0.8, 0.8, 0.8), CROSS_ENTROPY: (0.9, 0.6, 0.8)}, luck=0, wobble=0))
    assert "80 more of 400 test rows of class 'rare' found" in said.text
    assert "150 fewer of 1,500 test rows of class 'usual' found" in said.text
    assert "150 more false alarms of class 'rare'" in said.text


def test_what_would_help_is_where_the_doubt_comes_from() -> None:
    recalls = {EAST: (0.8, 0.7, 0.7), CROSS_ENTROPY: (0.8, 0.7, 0.7)}
    seedy, _ = judge(race({"a": 900, "b": 800, "c": 700}, recalls, wobble=0.08, luck=0))
    once = race({"a": 50, "b": 50, "c": 60}, recalls, seeds=1, luck=0.4)
    copies = tuple(
        replace(one, seeds=(0, 1, 2), predictions=one.predictions.repeat(3, 0), hard=one.hard.repeat(3, 0))
        for one in once.results
    )
    rowy, _ = judge(replace(once, results=copies))
    assert "run more seeds" in seedy.text
    assert "use a larger test part" in rowy.text
