"""The size sweep against the same trainings one by one, its sentence case by case, and a linear network's scorecard."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from sklearn.metrics import f1_score

from east.comparison import SizePoint, SizeProgress, SizeSweep, size_label, sweep_sizes
from east.dataset import Dataset, prepare_arrays
from east.errors import SettingError
from east.figures import DARK, LIGHT, Theme, size_figure
from east.metrics import metric
from east.network import predict_probabilities
from east.training import Arm, TrainConfig, fit, scorecard

pytestmark = pytest.mark.usefixtures("one_thread")
F1 = metric("fbeta")
CONFIG = TrainConfig(F1, seeds=(0, 1), epochs=6, batch_size=64, device="cpu")
SIZES = ((), (5,))


@pytest.fixture(scope="module")
def table() -> Dataset:
    """Four overlapping Gaussians, most rows of the first."""
    generator = np.random.default_rng(1)
    targets = generator.choice(4, 700, p=(0.7, 0.15, 0.09, 0.06))
    centres = np.array([[0.0, 0.0], [1.5, 0.0], [0.0, 1.5], [1.3, 1.3]])
    places = centres[targets] + 0.7 * generator.standard_normal((700, 2))
    return prepare_arrays(
        pd.DataFrame(places, columns=["width", "height"]), targets, seed=0, numeric_encoding="scaled"
    )


def run(table: Dataset, **options: object) -> tuple[list[SizeProgress], SizeSweep]:
    steps, going = [], sweep_sizes(table, CONFIG, SIZES, draws=200, **options)  # type: ignore[arg-type]
    while True:
        try:
            steps.append(next(going))
        except StopIteration as end:
            return steps, end.value


@pytest.fixture(scope="module")
def swept(table: Dataset) -> tuple[list[SizeProgress], SizeSweep]:
    return run(table)


def test_each_size_is_the_training_of_that_size_judged_alike(
    table: Dataset, swept: tuple[list[SizeProgress], SizeSweep]
) -> None:
    _, sweep = swept
    assert [point.hidden for point in sweep.points] == list(SIZES)
    for point, parameters in zip(sweep.points, (2 * 4 + 4, 2 * 5 + 5 + 5 * 4 + 4), strict=True):
        assert point.parameters == parameters
        alone = fit(table, replace(CONFIG, hidden=point.hidden, losses=("cross_entropy", "east")))
        labels = [(arm.loss, arm.rule) for arm in point.arms]
        assert labels == [
            ("cross_entropy", "argmax"), ("cross_entropy", point.rule), ("east", "argmax"), ("east", point.rule)
        ]  # fmt: skip
        for score in point.scores:
            predictions = alone.arm(score.arm).test_predictions
            by_hand = [
                f1_score(table.test.targets, own, average="macro", zero_division=0) for own in predictions
            ]
            np.testing.assert_allclose(score.values, by_hand)
        means = {rule: np.mean([f1_score(table.test.targets, own, average="macro", zero_division=0)
                                for own in alone.arm(Arm("cross_entropy", F1, rule)).test_predictions])
                 for rule in ("metric", "expected")}  # fmt: skip
        assert means[point.rule] == pytest.approx(max(means.values()))
        assert point.lead.value == pytest.approx(point.scores[2].mean - point.scores[1].mean)


def test_progress_rises_to_one_and_brings_each_size_as_it_is_done(
    swept: tuple[list[SizeProgress], SizeSweep],
) -> None:
    steps, sweep = swept
    shares = [step.share for step in steps]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    assert next(len(step.points) for step in steps if step.hidden == (5,)) == 1
    assert steps[-1].points == sweep.points and len(steps) > 20


def test_a_sweep_can_be_left_at_any_time(table: Dataset) -> None:
    going = sweep_sizes(table, CONFIG, SIZES)
    for _ in range(5):
        assert next(going).hidden == ()
    going.close()
    with pytest.raises(StopIteration):
        next(going)


@pytest.mark.parametrize(("widths", "rules", "words"), [
    ((), ("metric",), "one size or more"),
    (((), ()), ("metric",), "one size or more"),
    (((),), (), "beside the argmax"),
])  # fmt: skip
def test_what_is_no_sweep_is_refused(
    table: Dataset, widths: tuple[tuple[int, ...], ...], rules: tuple[str, ...], words: str
) -> None:
    with pytest.raises(SettingError, match=words):
        next(sweep_sizes(table, CONFIG, widths, rules=rules))


def made(sweep: SizeSweep, *leads: float) -> SizeSweep:
    """A sweep whose leads are given in points: above 1 shown, below -1 shown to be behind, else undecided."""
    sizes = ((), (4,), (16,), (64, 64))[: len(leads)]
    return SizeSweep(
        sweep.metric, tuple(_with_lead(sweep.points[0], *pair) for pair in zip(sizes, leads, strict=True))
    )


def _with_lead(point: SizePoint, hidden: tuple[int, ...], points: float) -> SizePoint:
    lead = replace(
        point.lead, value=points / 100, interval=((points - 1) / 100, (points + 1) / 100),
        adjusted_p=1e-6 if abs(points) > 1 else 0.9,
    )  # fmt: skip
    others = [lead if one.second == lead.second else one for one in point.comparison.differences]
    return replace(point, hidden=hidden, comparison=replace(point.comparison, differences=tuple(others)))


@pytest.mark.parametrize(("leads", "words"), [
    ((6.2, 0.4, 0.1, 0.0), "by 6.2 points at linear; from 4 units on no lead is shown."),
    ((6.2, 5.9, 0.1, 0.0), "by 6.2 points at linear and 5.9 at 4 units; from 16 units on no lead is shown."),
    ((6.2, 5.9, 2.0, 0.0), "by 6.2 points at linear, 5.9 at 4 units and 2.0 at 16 units; at 64-64 no lead is shown."),
    ((6.2, 5.9), "by 6.2 points at linear and 5.9 at 4 units."),
    ((6.2, 0.0, 2.0), "by 6.2 points at linear and 2.0 at 16 units; at no other size is a lead shown."),
    ((6.2, -2.5), "by 6.2 points at linear; at 4 units no lead is shown; it is behind by 2.5 points at 4 units."),
])  # fmt: skip
def test_the_sentence_says_where_the_lead_ends(
    swept: tuple[list[SizeProgress], SizeSweep], leads: tuple[float, ...], words: str
) -> None:
    sweep = made(swept[1], *leads)
    assert sweep.sentence == f"EAST leads cross-entropy with its best rule {words}"


def test_no_lead_is_said_plainly(swept: tuple[list[SizeProgress], SizeSweep]) -> None:
    expected = "EAST is not shown to lead cross-entropy with its best rule at any of these sizes."
    assert made(swept[1], 0.0, 0.2).sentence == expected


def test_leads_are_corrected_for_the_number_of_sizes(swept: tuple[list[SizeProgress], SizeSweep]) -> None:
    sweep = made(swept[1], 6.2, 0.4, 0.1, 0.0)
    np.testing.assert_allclose([lead.adjusted_p for lead in sweep.leads], [4e-6, 1, 1, 1])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_figure_draws_means_and_intervals(
    swept: tuple[list[SizeProgress], SizeSweep], theme: Theme
) -> None:
    _, sweep = swept
    figure = size_figure(sweep, theme=theme)
    go.Figure(**figure.plotly())
    json.dumps(figure.plotly(), allow_nan=False)
    assert [trace["name"] for trace in figure.data] == [
        "Cross-entropy", "Cross-entropy with its best rule", "EAST", "EAST with that rule"
    ]  # fmt: skip
    for place, trace in enumerate(figure.data):
        for size, point in enumerate(sweep.points):
            score = point.scores[place]
            assert trace["y"][size] == pytest.approx(score.mean, rel=1e-3)
            ends = (
                trace["y"][size] - trace["error_y"]["arrayminus"][size],
                trace["y"][size] + trace["error_y"]["array"][size],
            )
            np.testing.assert_allclose(ends, score.interval, atol=2e-4)
    assert figure.layout["xaxis"]["ticktext"][0].startswith("linear")
    assert figure.alt.startswith(sweep.sentence)


def test_sizes_are_named() -> None:
    assert [size_label(hidden) for hidden in ((), (1,), (16,), (64, 64))] == [
        "linear",
        "1 unit",
        "16 units",
        "64-64",
    ]


def test_a_scorecard_gives_the_networks_own_probabilities_and_is_centred(table: Dataset) -> None:
    lane = fit(table, replace(CONFIG, hidden=(), losses=("east",))).lanes[0]
    card = scorecard(lane.weights, table.feature_names, table.classes)
    assert card.features == ("width", "height") and card.coefficients.shape == (2, 4)
    scores = table.test.features @ card.coefficients + card.intercepts
    odds = np.exp(scores)
    expected = predict_probabilities(lane.weights, table.test.features)
    np.testing.assert_allclose(odds / odds.sum(axis=1, keepdims=True), expected, atol=1e-5)
    np.testing.assert_allclose(card.coefficients.sum(axis=1), 0, atol=1e-6)
    assert card.strongest(1, 1)[0][0] == "width" and card.strongest(1)[0][1] > 0


def test_only_a_linear_network_is_a_scorecard(table: Dataset) -> None:
    deep = fit(table, replace(CONFIG, hidden=(3,), losses=("east",), seeds=(0,))).lanes[0]
    with pytest.raises(SettingError, match="linear network"):
        scorecard(deep.weights, table.feature_names, table.classes)
    with pytest.raises(SettingError, match="Names must fit"):
        scorecard(deep.weights[:1], table.feature_names, table.classes)
