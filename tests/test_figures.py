"""Figures: what plotly itself accepts, and numbers worked out apart from them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from east.annealing import Annealing, Sharpness
from east.comparison import Score
from east.confusion import heaviside
from east.errors import SettingError
from east.figures import (
    DARK,
    LIGHT,
    Figure,
    Theme,
    annealing_figure,
    class_balance_figure,
    curve_figure,
    difference_figure,
    heaviside_figure,
    heaviside_knots,
    matrix_figure,
    normalised,
    order_by_confusion,
    score_figure,
)
from east.figures.labels import short, short_labels
from east.figures.palette import plain
from east.losses import LOSSES
from east.rules import RULES
from east.training import Arm, ArmSnapshot, Snapshot
from tests.moments import CROSS_ENTROPY, EAST, F1, lane, moment

COUNTS = np.array([[8.0, 2.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 0.0]])
NAMES = ("ash", "a class whose name is very long indeed", "never seen")
SCORE = Score(EAST, (0.5, 0.7), 0.6, (0.45, 0.75), 0.14)
PLAN = Annealing(Sharpness(0.4, 1.0), Sharpness(0.2, 0.5))


def snapshot(step: int, total: int = 100, seeds: int = 3, value: float | None = None) -> Snapshot:
    """A moment of two arms whose scores are known in advance: seed plus step, in hundredths."""
    arms = []
    for arm in (EAST, CROSS_ENTROPY):
        lanes = [
            lane(
                arm,
                seed,
                score_soft=0.1 + seed / 100,
                score_hard=(step + seed) / 100 if value is None else value,
                train_score=0.9,
                loss_value=1 / (1 + step),
                gradient_norm=0.5,
                best_step=step // 2,
                best_score=0.4,
            )
            for seed in range(seeds)
        ]
        arms.append(ArmSnapshot(arm, tuple(lanes)))
    return moment(step, total, arms)


def all_figures(theme: Theme) -> list[Figure]:
    history = [snapshot(step) for step in range(0, 60, 10)]
    return [
        matrix_figure(COUNTS, NAMES, theme=theme),
        matrix_figure(COUNTS, NAMES, normalise="count", theme=theme),
        difference_figure(COUNTS, COUNTS.T, NAMES, theme=theme),
        annealing_figure({EAST: PLAN}, 0.3, theme=theme),
        heaviside_figure({EAST: PLAN.at(0.3)}, theme=theme),
        *(curve_figure(history, [EAST], name, theme=theme) for name in ("score", "gap", "loss", "gradient")),
        class_balance_figure(NAMES, [8, 4, 1], theme=theme),
        score_figure([SCORE, replace(SCORE, arm=CROSS_ENTROPY)], "Macro F1", theme=theme),
    ]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_plotly_accepts_every_figure_and_each_says_itself_in_words(theme: Theme) -> None:
    for figure in all_figures(theme):
        go.Figure(**figure.plotly())  # plotly refuses a property it does not know
        json.dumps(figure.plotly(), allow_nan=False)
        assert figure.alt.endswith(".") and len(figure.alt) > 20


def test_normalising_divides_by_rows_columns_or_nothing() -> None:
    by_row = np.array([[0.8, 0.2, 0.0], [0.25, 0.75, 0.0], [0.0, 0.0, 0.0]])
    by_column = np.array([[8 / 9, 0.4, 0.0], [1 / 9, 0.6, 0.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(normalised(COUNTS, "row"), by_row)
    np.testing.assert_allclose(normalised(COUNTS, "column"), by_column)
    np.testing.assert_array_equal(normalised(COUNTS, "count"), COUNTS)
    with pytest.raises(SettingError, match="normalisation"):
        normalised(COUNTS, "diagonal")


def test_a_matrix_has_true_classes_down_and_hover_with_counts_and_rates() -> None:
    (trace,) = matrix_figure(COUNTS, NAMES).data
    assert trace["z"][0] == [0.8, 0.2, 0.0]
    assert trace["customdata"][1][0] == [1.0, 0.25, 0.111]
    assert trace["text"][0] == ["80%", "20%", "0%"]
    layout = matrix_figure(COUNTS, NAMES).layout
    assert layout["yaxis"]["autorange"] == "reversed" and layout["yaxis"]["title"]["text"] == "true"
    assert layout["xaxis"]["ticktext"][1] == "a class whos…" or len(layout["xaxis"]["ticktext"][1]) <= 12
    assert trace["x"][1] == NAMES[1]


def test_a_difference_is_first_minus_second_about_zero() -> None:
    (trace,) = difference_figure(COUNTS, COUNTS.T, NAMES, normalise="count").data
    assert trace["z"][0][1] == 1.0 and trace["z"][1][0] == -1.0
    assert trace["zmin"] == -trace["zmax"]
    assert trace["customdata"][0][1] == [2.0, 1.0]


@pytest.mark.parametrize("classes", [2, 8, 9, 26, 60])
def test_labels_stay_readable_for_few_and_many_classes(classes: int) -> None:
    names = [f"category number {place}" for place in range(classes)]
    figure = matrix_figure(np.eye(classes), names)
    layout = figure.layout
    plot = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    assert plot / len(layout["yaxis"]["tickvals"]) >= 8
    assert max(map(len, layout["xaxis"]["ticktext"])) <= 12
    assert ("text" in figure.data[0]) == (classes <= 8)


def test_the_text_alternative_names_the_largest_confusion() -> None:
    text = matrix_figure(COUNTS, NAMES, name="EAST, hard").alt
    assert "79%" in text and "ash taken for a class whose name is very long indeed, 2 of 10" in text


def test_classes_confused_with_each_other_come_to_stand_side_by_side() -> None:
    matrix = np.eye(6) * 10
    for one, other in ((0, 3), (3, 5), (1, 4)):
        matrix[one, other] = matrix[other, one] = 4
    order = order_by_confusion(matrix).tolist()
    assert sorted(order) == list(range(6))
    for one, other in ((0, 3), (3, 5), (1, 4)):
        assert abs(order.index(one) - order.index(other)) == 1


def test_a_curve_is_the_mean_over_seeds_with_their_range_as_band() -> None:
    history = [snapshot(0), snapshot(50)]
    figure = curve_figure(history, [EAST], "score", moment=history[1])
    dotted, band, line, best = figure.data
    assert best["x"] == [25, 25, 25] and best["y"] == [0.4, 0.4, 0.4]
    assert line["y"] == [0.01, 0.51] and line["x"] == [0, 50]
    assert band["y"] == [0.0, 0.5, 0.52, 0.02]
    assert dotted["line"]["dash"] == "dot" and dotted["y"] == [0.9, 0.9]
    assert figure.layout["xaxis"]["range"] == [0, 100]
    assert figure.layout["shapes"][-1]["x0"] == 50
    assert "0.51" in figure.alt


def test_the_best_reachable_score_is_a_line_over_the_whole_training() -> None:
    history = [snapshot(step) for step in (0, 50, 100)]
    figure = curve_figure(history, [EAST], "score", reachable=0.8125)
    line, words = figure.data[-1], figure.layout["annotations"][0]
    assert (line["x"], line["y"]) == ([0, 100], pytest.approx([0.8125] * 2, abs=1e-3))
    assert words["text"] == "best reachable 0.812" and "best reachable 0.812" in figure.alt
    assert not curve_figure(history, [EAST], "score").layout["annotations"]


def test_a_small_matrix_has_the_same_numbers_in_less_room() -> None:
    usual, small = (matrix_figure(COUNTS, NAMES, small=small) for small in (False, True))
    assert small.data[0]["z"] == usual.data[0]["z"]
    assert small.data[0]["text"][0] == ["80", "20", "0"]
    assert "text" not in matrix_figure(np.eye(7), [*"abcdefg"], small=True).data[0]
    assert small.layout["margin"]["b"] < usual.layout["margin"]["b"]


def test_the_gap_is_soft_minus_hard() -> None:
    (line,) = curve_figure([snapshot(7, seeds=1)], [EAST], "gap").data
    assert line["y"] == [0.03]


def test_a_value_that_is_no_number_leaves_a_hole_and_is_named() -> None:
    history = [snapshot(0), snapshot(10, value=float("nan"))]
    figure = curve_figure(history, [EAST], "score")
    assert figure.data[2]["y"] == [0.01, None]
    assert "not a number" in figure.alt


@pytest.mark.parametrize("normalise", ["row", "column", "count"])
def test_a_matrix_of_a_diverged_training_is_drawn_without_numbers(normalise: str) -> None:
    lost, classes = np.full((3, 3), np.nan), ("a", "b", "c")
    for figure in (
        matrix_figure(lost, classes, normalise=normalise),
        difference_figure(lost, np.eye(3), classes, normalise=normalise),
    ):
        assert {text for row in figure.data[0]["text"] for text in row} == {""}


def test_the_heaviside_drawn_is_the_one_trained_with() -> None:
    for sharpness in (Sharpness(0.4, 1.0), Sharpness(0.05, 0.3)):
        for threshold in (0.5, 0.3):
            across = np.linspace(0, 1, 101)
            tau = torch.tensor([threshold], dtype=torch.float64)
            expected = heaviside(torch.tensor(across), tau, sharpness).numpy()
            np.testing.assert_allclose(
                np.interp(across, *heaviside_knots(sharpness, threshold)), expected, atol=1e-9
            )


def test_the_annealing_marks_delta_and_omega_at_the_moment() -> None:
    figure = annealing_figure({EAST: PLAN}, 0.5)
    dots = {trace["text"][0]: trace["y"][0] for trace in figure.data if trace["mode"] == "markers+text"}
    assert dots == {"δ 0.30": 0.3, "ω 0.75": 0.75}


def test_scores_show_every_seed_their_mean_and_its_interval() -> None:
    dots, mean, interval = score_figure([SCORE], "MCC").data
    assert dots["x"] == [0.5, 0.7] and mean["x"] == [0.6] and interval["x"] == [0.45, 0.75]


def test_numbers_are_rounded_to_significant_digits() -> None:
    assert plain([0.000123456, 12345.6, 0.0, np.inf]) == [0.0001235, 12350.0, 0.0, None]
    assert short("abcdefghijklmnop", 5) == "abcd…"
    assert short_labels(["abcdefghijklmnop", "abcdefghijklmnoq", "x"], 7) == ["abc…nop", "abc…noq", "x"]
    alike = ["abc, abc 1 end", "abc, abc 2 end", "another"]
    assert short_labels(alike, 7) == ["abc…e·1", "abc…e·2", "another"]


def test_arms_keep_their_colour_and_colours_differ() -> None:
    for theme in (LIGHT, DARK):
        arms = [Arm(loss, F1, rule, members) for loss in LOSSES for rule in RULES for members in (1, 5)]
        assert len({theme.arm(arm) for arm in arms}) == len(arms)
        assert theme.arm(EAST) == theme.loss("east") == theme.losses[0]
    assert curve_figure([snapshot(1, seeds=1)], [CROSS_ENTROPY], "loss").data[0]["line"][
        "color"
    ] == LIGHT.arm(CROSS_ENTROPY)
