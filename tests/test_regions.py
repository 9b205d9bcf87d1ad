"""Decision regions: the grid read off live training equals what the network predicts there, point by point."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from east.dataset import Dataset, Regions, prepare, prepare_arrays, region_columns, region_view
from east.errors import DatasetError, SettingError
from east.figures import region_figure
from east.metrics import metric
from east.network import predict_probabilities
from east.run.runner import Run
from east.synthetic import Problem, best_over_view
from east.training import TrainConfig, Training, regions_of

pytestmark = pytest.mark.usefixtures("one_thread")
F1 = metric("fbeta")
SHARES = (0.75, 0.15, 0.06, 0.04)
CENTRES = np.array([[0.0, 0.0], [1.5, 0.0], [0.0, 1.5], [1.3, 1.3]])


def clouds(rows: int, extra: bool = False) -> tuple[pd.DataFrame, np.ndarray]:
    """Four overlapping Gaussians, beside a skewed number, a text and a date that say nothing."""
    generator = np.random.default_rng(5)
    targets = generator.choice(4, rows, p=SHARES)
    places = CENTRES[targets] + 0.7 * generator.standard_normal((rows, 2))
    frame = pd.DataFrame(places, columns=["width", "height"])
    if extra:
        frame["skewed"] = generator.exponential(size=rows).round(3)
        frame["colour"] = generator.choice(["red", "green", "blue"], rows, p=[0.2, 0.5, 0.3])
        frame["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(generator.integers(0, 900, rows), "D")
    return frame, targets


def made(rows: int = 600, extra: bool = False) -> tuple[pd.DataFrame, Dataset]:
    frame, targets = clouds(rows, extra)
    return frame, prepare_arrays(frame, targets, seed=0)


def config(**options: object) -> TrainConfig:
    settings: dict[str, object] = {
        "hidden": (8,),
        "seeds": (3, 4, 5),
        "epochs": 4,
        "batch_size": 64,
        "device": "cpu",
    }
    return TrainConfig(F1, **(settings | options))  # type: ignore[arg-type]


def test_a_view_over_durations_is_that_over_their_seconds() -> None:
    seconds, targets = clouds(200)
    durations = seconds.assign(width=pd.to_timedelta(seconds["width"], unit="s"))
    seconds = durations.assign(width=durations["width"].dt.total_seconds())
    views = [region_view(frame, prepare_arrays(frame, targets), size=6) for frame in (seconds, durations)]
    assert views[1].columns == ("width", "height")
    np.testing.assert_array_equal(views[1].crossings(), views[0].crossings())
    np.testing.assert_array_equal(views[1].points.places, views[0].points.places)


def test_a_view_covers_the_training_rows_and_encodes_as_the_encoder_does() -> None:
    frame, dataset = made()
    view = region_view(frame, dataset, size=12)
    assert view.columns == region_columns(dataset) == ("width", "height")
    assert view.note == "" and view.held == ()
    rows = frame.iloc[dataset.train.rows]
    for axis, name in ((view.first, "width"), (view.second, "height")):
        low, high = np.quantile(rows[name], [0.005, 0.995])
        assert axis[0] == pytest.approx(low - 0.05 * (high - low)) and len(axis) == 12
    assert view.crossings()[1].tolist() == [view.first[0], view.second[1]]
    by_hand = pd.DataFrame(view.crossings(), columns=["width", "height"])
    np.testing.assert_array_equal(view.features, dataset.encoder.transform(by_hand))


def test_other_columns_stand_at_their_medians_and_most_frequent_values() -> None:
    frame, dataset = made(extra=True)
    view = region_view(frame, dataset, ("skewed", "height"), size=3)
    rows, held = frame.iloc[dataset.train.rows], dict(view.held)
    assert float(held["width"]) == np.quantile(rows["width"], 0.5, method="lower")
    assert held["colour"] == rows["colour"].mode()[0] == "green"
    assert pd.Timestamp(held["day"]) == rows["day"].sort_values().iloc[(len(rows) - 1) // 2]
    assert view.note.startswith("The other 3 columns")
    by_hand = pd.DataFrame(view.crossings(), columns=["skewed", "height"])
    by_hand["width"], by_hand["colour"] = float(held["width"]), "green"
    by_hand["day"] = pd.Timestamp(held["day"])
    np.testing.assert_array_equal(view.features, dataset.encoder.transform(by_hand))


def test_points_are_a_seeded_sample_that_keeps_rare_classes() -> None:
    frame, dataset = made(4000)
    view = region_view(frame, dataset, size=4, most_points=100)
    again, other = (region_view(frame, dataset, size=4, most_points=100, seed=seed) for seed in (0, 1))
    points = view.points
    assert len(points.rows) == 100 and np.bincount(points.targets).min() >= 20
    np.testing.assert_array_equal(points.rows, again.points.rows)
    assert not np.array_equal(points.rows, other.points.rows)
    np.testing.assert_array_equal(points.targets, dataset.train.targets[points.rows])
    np.testing.assert_array_equal(points.features, dataset.train.features[points.rows])
    shown = frame.iloc[dataset.train.rows[points.rows]]
    np.testing.assert_array_equal(points.places, shown[["width", "height"]])


@pytest.mark.parametrize("columns", [("width",), ("width", "width"), ("width", "colour"), ("no", "such")])
def test_a_view_needs_two_numeric_columns(columns: tuple[str, ...]) -> None:
    frame, dataset = made(extra=True)
    with pytest.raises(DatasetError, match="two different numeric columns"):
        region_view(frame, dataset, columns)
    with pytest.raises(SettingError, match="two points or more"):
        region_view(frame, dataset, size=1)


@pytest.mark.parametrize("hidden", [(), (8,)])
def test_a_snapshot_carries_what_each_arms_first_seed_predicts(hidden: tuple[int, ...]) -> None:
    frame, dataset = made(extra=True)
    view = region_view(frame, dataset, size=15)
    training = Training(dataset, config(hidden=hidden), view)
    training.advance(30)
    snapshot = training.snapshot()
    for place, arm in enumerate(snapshot.arms):
        # The first lane of each arm: lanes stand arm by arm, seeds within.
        weights = training._network.lane_weights(training._averages, 3 * place)
        probabilities = predict_probabilities(weights, view.features)
        regions = arm.regions
        assert regions is not None and regions.classes.dtype == regions.margins.dtype == np.uint8
        np.testing.assert_array_equal(regions.classes.ravel(), probabilities.argmax(axis=1))
        top = np.sort(probabilities, axis=1)
        np.testing.assert_allclose(regions.margins.ravel(), 255 * (top[:, -1] - top[:, -2]), atol=0.6)
        of_points = predict_probabilities(weights, view.points.features).argmax(axis=1)
        np.testing.assert_array_equal(regions.point_classes, of_points)


def test_looking_changes_nothing_and_no_view_costs_nothing() -> None:
    frame, dataset = made()
    watched, blind = (
        Training(dataset, config(), region_view(frame, dataset, size=9)),
        Training(dataset, config()),
    )
    for training in (watched, blind):
        while not training.done:
            training.advance(7)
            snapshot = training.snapshot()
    assert all(arm.regions is None for arm in snapshot.arms)
    for lane, twin in zip(watched.outcome().lanes, blind.outcome().lanes, strict=True):
        np.testing.assert_array_equal(lane.test_probabilities, twin.test_probabilities)


def test_a_replay_has_the_regions_of_every_moment() -> None:
    frame, dataset = made()
    view = region_view(frame, dataset, size=9)
    run = Run(lambda: Training(dataset, config(), view)).start()
    assert run.wait(60)
    history = run.history()
    assert len(history) > 2
    shown = [arm.regions for snapshot in history for arm in snapshot.arms]
    assert all(regions is not None and regions.classes.shape == (9, 9) for regions in shown)


@pytest.mark.parametrize("size", [None, 25])
def test_the_best_boundary_drawn_is_the_problems_own_rule_at_every_grid_point(size: int | None) -> None:
    problem = Problem()
    table = problem.table(400)
    view = region_view(table.frame, prepare(table, "label"), size=20)
    points, side = view.crossings(size), size or 20
    codes = problem.best(F1).decide(points).reshape(side, side)
    for place, (across, up) in ((0, (0, 0)), (side - 1, (0, -1)), (side, (1, 0))):
        np.testing.assert_array_equal(points[place], points.reshape(side, side, 2)[across, up])
    regions = Regions(
        np.zeros((20, 20), np.uint8), np.zeros((20, 20), np.uint8), view.points.targets.astype(np.uint8)
    )
    line = region_figure(regions, view, problem.class_names, best=codes).data[-1]
    drawn = sum(value is not None for value in line["x"])
    changes = (codes[1:] != codes[:-1]).sum() + (codes[:, 1:] != codes[:, :-1]).sum()
    assert changes <= drawn <= 1.3 * changes + 12  # one vertex a change, and the meeting points


def test_the_best_over_a_view_are_the_problems_own_decisions_and_only_its_own() -> None:
    problem = Problem()
    table = problem.table(400)
    dataset = prepare(table, "label")
    view = region_view(table.frame, dataset, size=20)
    found = best_over_view(problem, F1, view, dataset, size=30)
    assert found is not None
    points = view.crossings(30)
    best = problem.best(F1)
    assert found.score == best.score
    np.testing.assert_array_equal(found.classes.ravel(), best.decide(points))
    np.testing.assert_array_equal(found.most_probable.ravel(), problem.posterior(points).argmax(axis=1))
    turned = region_view(table.frame, dataset, ("x2", "x1"), size=20)
    assert best_over_view(problem, F1, turned, dataset) is None
    assert best_over_view(replace(problem, classes=3), F1, view, dataset) is None


@pytest.mark.parametrize("members", [1, 2])
def test_a_finished_arm_decides_the_view_by_its_checkpoint_and_rule(members: int) -> None:
    frame, dataset = made()
    view = region_view(frame, dataset, size=11)
    training = Training(dataset, config(rules=("argmax", "offsets")))
    training.advance(training.total_steps)
    for raced in training.config.race:
        found = training.outcome().arm(replace(raced, members=members))
        place = 0 if members > 1 else 1
        regions = regions_of(found, view, place)
        every = [predict_probabilities(lane.weights, view.features) for lane in found.lanes]
        probabilities = np.mean(every[:2], axis=0) if members > 1 else every[1]
        weights = np.diag(found.rules[place].prices)
        np.testing.assert_array_equal(regions.classes.ravel(), (probabilities * weights).argmax(axis=1))
        assert regions.margins.max() <= 255 and len(regions.point_classes) == len(view.points.rows)


@pytest.mark.benchmark
@pytest.mark.parametrize("hidden", [(), (4,), (64, 64)])
def test_reading_regions_once_a_second_costs_little(hidden: tuple[int, ...]) -> None:
    frame, dataset = made(4000)
    view = region_view(frame, dataset)
    seeds = tuple(range(5))
    watched, blind = (Training(dataset, config(hidden=hidden, seeds=seeds), its) for its in (view, None))
    seconds = statistics.median(time_of(watched) for _ in range(20))
    without = statistics.median(time_of(blind) for _ in range(20))
    share = (seconds - without) / (1 + seconds)
    say(
        f"hidden {hidden}, 2 arms x 5 seeds: regions {1000 * (seconds - without):.1f} ms a snapshot ({share:.1%})"
    )
    assert share <= 0.05


def time_of(training: Training) -> float:
    """Seconds of this thread for a snapshot; what others do on the machine does not count."""
    start = time.thread_time()
    training.snapshot()
    return time.thread_time() - start


def say(line: str) -> None:
    print(line)  # noqa: T201 -- the figures are what this file is for
