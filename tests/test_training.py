"""Lanes against ordinary training loops, against themselves alone, and against whoever watches."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
import torch
from sklearn.metrics import fbeta_score
from torch import Tensor, nn

from east.dataset import Dataset
from east.dataset.outline import Choices
from east.dataset.preparing import Part
from east.errors import SettingError
from east.losses import LOSSES, CrossEntropy, LossSpec, build_loss, registry
from east.metrics import metric
from east.network import LaneNetwork, predict_probabilities
from east.training import Arm, Outcome, Snapshot, TrainConfig, Training, config, fit, train
from east.training.batches import Batches
from east.training.devices import available_devices
from east.training.schedule import one_cycle
from east.training.step_graph import STEPS_BEFORE

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")
F1 = metric("fbeta")
CLASSES, FEATURES = 4, 6
devices = [
    "cpu",
    pytest.param(
        "cuda",
        marks=[
            pytest.mark.gpu,
            pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
        ],
    ),
]


def part(rows: int, seed: int) -> Part:
    """Overlapping clouds of unequal size; every class occurs."""
    generator = np.random.default_rng(seed)
    targets = generator.choice(CLASSES, rows, p=[0.5, 0.25, 0.15, 0.1])
    targets[:CLASSES] = range(CLASSES)
    centres = np.random.default_rng(99).normal(size=(CLASSES, FEATURES))
    features = centres[targets] + generator.normal(size=(rows, FEATURES))
    return Part(features.astype(np.float32), targets.astype(np.int64), np.arange(rows))


def dataset(train_rows: int = 150, test_rows: int = 80) -> Dataset:
    classes, names = tuple("abcd"), tuple(f"x{place}" for place in range(FEATURES))
    parts = part(train_rows, 1), part(90, 2), part(test_rows, 3) if test_rows else empty_part()
    return Dataset("clouds", "label", classes, names, *parts, cast(Any, None), (), Choices("label"))


def empty_part() -> Part:
    return Part(np.empty((0, FEATURES), np.float32), np.empty(0, np.int64), np.empty(0, np.int64))


def settings(**options: Any) -> TrainConfig:
    given: dict[str, Any] = {
        "epochs": 10,
        "batch_size": 32,
        "hidden": (16, 12),
        "device": "cpu",
        "evaluations": 8,
    }
    return TrainConfig(metric=F1, **(given | options))


def assert_same_lanes(one: Outcome, other: Outcome, tolerance: float = 0.0) -> None:
    assert len(one.lanes) == len(other.lanes)
    for lane, twin in zip(one.lanes, other.lanes, strict=True):
        assert (lane.loss, lane.seed, lane.best_step) == (twin.loss, twin.seed, twin.best_step)
        for name in ("validation_probabilities", "test_probabilities", "test_soft", "test_hard"):
            np.testing.assert_allclose(getattr(lane, name), getattr(twin, name), rtol=0, atol=tolerance)


# A lane is an ordinary training


def trained_by_hand(data: Dataset, setting: TrainConfig, loss_key: str, seed: int) -> dict[str, Any]:
    """One lane with torch's own layers, optimiser, clipping and average, step by step."""
    widths = setting.hidden_widths(len(data.train))
    start = LaneNetwork((FEATURES, *widths, CLASSES), 1, (seed,), CPU)
    layers: list[nn.Module] = []
    for weight, bias in start.lane_weights(start.parameters, 0):
        linear = nn.Linear(*weight.shape)
        linear.weight.data, linear.bias.data = torch.from_numpy(weight.T.copy()), torch.from_numpy(bias)
        layers += [linear, nn.ReLU()]
    module = nn.Sequential(*layers[:-1])
    average = [value.detach().clone() for value in module.parameters()]
    loss = build_loss(loss_key, setting.metric, data.class_counts.tolist())
    optimiser = torch.optim.AdamW(module.parameters(), lr=1.0, weight_decay=setting.weight_decay)
    batches = Batches(len(data.train), dataclasses.replace(setting, seeds=(seed,)), CPU)
    features, targets = torch.from_numpy(data.train.features), torch.from_numpy(data.train.targets)
    facts: dict[str, Any] = {"losses": [], "norms": []}
    total = setting.total_steps(len(data.train))
    for step in range(total):
        rows = batches.next()[0]
        hidden, masks = features[rows], iter(batches.dropout_masks())
        for layer in module:
            hidden = layer(hidden)
            if isinstance(layer, nn.ReLU):
                hidden = hidden * next(masks, torch.ones(1, 1, 1))[0]
        value = loss(hidden, targets[rows], step / total)
        optimiser.zero_grad()
        value.backward()
        facts["losses"].append(value.item())
        facts["norms"].append(nn.utils.clip_grad_norm_(module.parameters(), setting.clip).item())
        for group in optimiser.param_groups:
            group["lr"] = setting.peak_rate(len(data.train)) * one_cycle(step / total)
        optimiser.step()
        decay = min(setting.averaging, (step + 1) / (step + 10))
        for mean, value in zip(average, module.parameters(), strict=True):
            mean.mul_(decay).add_(value.detach(), alpha=1 - decay)
    for mean, value in zip(average, module.parameters(), strict=True):
        value.data = mean
    with torch.no_grad():
        facts["probabilities"] = module(torch.from_numpy(data.validation.features)).softmax(dim=-1).numpy()
    return facts


@pytest.mark.parametrize("loss_key", ["east", "weighted_cross_entropy"])
@pytest.mark.parametrize(("clip", "dropout"), [(1.0, 0.0), (0.05, 0.0), (1.0, 0.3)])
def test_a_lane_is_an_ordinary_training_with_torchs_own_parts(
    loss_key: str, clip: float, dropout: float
) -> None:
    data = dataset()
    # One evaluation, at the end: what is kept is then the last average.
    setting = settings(losses=(loss_key,), seeds=(5,), clip=clip, dropout=dropout, evaluations=1)
    expected = trained_by_hand(data, setting, loss_key, 5)
    training = Training(data, setting)
    for step in range(training.total_steps):
        training.advance()
        if step % 9 == 0:
            lane = training.snapshot().lanes[0]
            assert lane.loss_value == pytest.approx(expected["losses"][step], rel=1e-4, abs=1e-5)
            assert lane.gradient_norm == pytest.approx(expected["norms"][step], rel=1e-3, abs=1e-5)
    found = training.outcome().lanes[0].validation_probabilities
    np.testing.assert_allclose(found, expected["probabilities"], rtol=0, atol=1e-4)


@pytest.mark.parametrize("hidden", [(), None])
def test_linear_and_automatic_lanes_are_ordinary_trainings_too(hidden: tuple[int, ...] | None) -> None:
    data = dataset()
    setting = settings(losses=("east",), seeds=(5,), hidden=hidden, dropout=0.3, evaluations=1)
    expected = trained_by_hand(data, setting, "east", 5)
    lane = fit(data, setting).lanes[0]
    assert len(lane.weights) == (1 if hidden == () else 3)
    np.testing.assert_allclose(lane.validation_probabilities, expected["probabilities"], rtol=0, atol=1e-4)
    np.testing.assert_allclose(
        predict_probabilities(lane.weights, data.test.features), lane.test_probabilities, atol=1e-5
    )


@pytest.mark.parametrize(("rows", "widths"), [(100, (64, 64)), (19_999, (64, 64)), (20_000, (128, 64))])
def test_widths_go_by_the_training_rows_unless_given(rows: int, widths: tuple[int, ...]) -> None:
    assert TrainConfig(F1).hidden_widths(rows) == widths
    assert settings(hidden=[]).hidden_widths(rows) == ()
    assert settings(hidden=[5]).hidden_widths(rows) == (5,)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_each_lane_equals_itself_trained_alone_for_every_loss_and_two_seeds(dropout: float) -> None:
    data = dataset()
    together = fit(data, settings(losses=tuple(LOSSES), seeds=(0, 7), dropout=dropout))
    assert len(together.lanes) == 2 * len(LOSSES)
    for lane in together.lanes:
        alone = fit(data, settings(losses=(lane.loss,), seeds=(lane.seed,), dropout=dropout)).lanes[0]
        assert (alone.loss, alone.seed, alone.best_step) == (lane.loss, lane.seed, lane.best_step)
        for name in ("validation_probabilities", "test_probabilities"):
            np.testing.assert_allclose(getattr(lane, name), getattr(alone, name), rtol=0, atol=2e-4)


def test_lanes_learn() -> None:
    for lane in fit(dataset(), settings(losses=tuple(LOSSES), epochs=60)).lanes:
        assert lane.test_score > 0.5  # always the commonest class: 0.17


# Determinism and watching


@pytest.mark.parametrize("device", devices)
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_the_same_seed_gives_the_same_numbers(dropout: float, device: str) -> None:
    data, setting = dataset(), settings(seeds=(0, 1), dropout=dropout, device=device)
    assert_same_lanes(fit(data, setting), fit(data, setting))
    first, second = fit(data, setting).lanes[:2]
    assert not np.allclose(first.test_probabilities, second.test_probabilities, atol=1e-3), "seeds differ"


@pytest.mark.parametrize("device", devices)
def test_watching_changes_nothing_and_any_chunks_come_to_one_go(device: str) -> None:
    data, setting = dataset(), settings(seeds=(0, 1), dropout=0.2, device=device)
    expected = fit(data, setting)
    watched, chunked = Training(data, setting), Training(data, setting)
    while not watched.done:
        watched.snapshot()
        watched.outcome()
        watched.advance()
        watched.snapshot()
    for steps in (1, 2, 0, 13, 5, 10_000, 3):
        chunked.advance(steps)
    assert watched.step_number == chunked.step_number == chunked.total_steps == expected.steps
    assert_same_lanes(watched.outcome(), expected)
    assert_same_lanes(chunked.outcome(), expected)


def test_training_leaves_torchs_generator_and_threads_as_they_were() -> None:
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    fit(dataset(), settings(dropout=0.3, epochs=1))
    assert torch.equal(torch.get_rng_state(), state) and torch.get_num_threads() == threads


def test_train_yields_each_evaluation_and_returns_the_outcome() -> None:
    data, setting = dataset(), settings()
    stream = train(data, setting)
    seen: list[Snapshot] = []
    try:
        while True:
            seen.append(next(stream))
    except StopIteration as stop:
        outcome = stop.value
    total = setting.total_steps(len(data.train))
    steps = [snapshot.step for snapshot in seen]
    assert steps == [*range(0, total, max(1, total // 8)), total] or steps == [
        *range(0, total + 1, total // 8)
    ]
    assert [snapshot.progress for snapshot in seen] == pytest.approx([step / total for step in steps])
    assert seen[-1].epoch == 10 and seen[-1].total_steps == total and seen[0].steps_per_second == 0
    assert_same_lanes(outcome, fit(data, setting))


# Snapshots and outcomes tell the truth


def test_rows_of_every_matrix_sum_to_the_class_counts() -> None:
    data = dataset()
    counts = np.bincount(data.validation.targets, minlength=CLASSES)
    stream = train(data, settings(losses=tuple(LOSSES)))
    for snapshot in stream:
        for lane in snapshot.lanes:
            np.testing.assert_allclose(lane.soft.sum(axis=1), counts, rtol=1e-5)
            assert (lane.hard.sum(axis=1) == counts).all() and (lane.soft >= 0).all()
    test_counts = np.bincount(data.test.targets, minlength=CLASSES)
    for result in fit(data, settings()).lanes:
        np.testing.assert_allclose(result.test_soft.sum(axis=1), test_counts, rtol=1e-5)
        assert (result.test_hard.sum(axis=1) == test_counts).all()
        assert (result.validation_hard.sum(axis=1) == counts).all()


def test_a_snapshots_scores_are_its_metric_of_its_matrices() -> None:
    arms = (Arm("east", F1), Arm("east_paper", metric("mcc")), Arm("cross_entropy", metric("accuracy")))
    training = Training(dataset(), settings(arms=arms, seeds=(0, 1)))
    training.advance(training.total_steps // 2)
    snapshot = training.snapshot()
    assert [(lane.loss, lane.seed) for lane in snapshot.lanes] == [
        (arm.loss, seed) for arm in arms for seed in (0, 1)
    ]
    for place, lane in enumerate(snapshot.lanes):
        assert lane.metric == arms[place // 2].metric
        assert lane.score_soft == pytest.approx(lane.metric.score(lane.soft), abs=1e-5)
        assert lane.score_hard == pytest.approx(lane.metric.score(lane.hard), abs=1e-5)
        assert lane.gap == lane.score_soft - lane.score_hard
    own = [training._losses[arm].annealing for arm in range(3)]
    assert own[0] is not None and own[1] is not None and own[2] is None
    assert snapshot.sharpness == snapshot.lanes[0].sharpness == own[0].at(0.5)
    assert snapshot.lanes[2].sharpness == own[1].at(0.5)
    assert snapshot.lanes[4].sharpness == own[0].at(0.5), "a loss without its own is shown at the race's"


@pytest.mark.parametrize("evaluations", [20, 6])
def test_the_best_checkpoint_is_the_last_best_of_all_evaluations(evaluations: int) -> None:
    """Of which the end is one, also when the evaluations do not divide the 40 steps."""
    data = dataset()
    setting = settings(
        losses=("east", "cross_entropy", "focal"),
        seeds=(0, 1),
        evaluations=evaluations,
        averaging=0.0,
        dropout=0.0,
        learning_rate=0.03,
    )
    seen = list(train(data, setting))[1:]
    outcome = fit(data, setting)
    for place, lane in enumerate(outcome.lanes):
        scores = [sklearn_f1(data.validation.targets, snapshot.lanes[place].hard) for snapshot in seen]
        best = len(scores) - 1 - int(np.argmax(np.round(scores[::-1], 6)))
        assert lane.best_step == seen[best].step == seen[-1].lanes[place].best_step
        assert lane.best_score == pytest.approx(max(scores), abs=1e-6)
        assert (lane.validation_hard == seen[best].lanes[place].hard).all()
    steps = {lane.best_step for lane in outcome.lanes}
    assert len(steps) > 1 and (evaluations == 20 or outcome.steps in steps)


def sklearn_f1(targets: np.ndarray, hard: np.ndarray) -> float:
    """Macro F1 of predictions that have this matrix; it does not matter which row got which."""
    predictions = np.empty_like(targets)
    for true in range(CLASSES):
        predictions[targets == true] = np.repeat(range(CLASSES), hard[true].astype(int))
    return float(fbeta_score(targets, predictions, beta=1.0, average="macro", zero_division=0))


def test_an_outcomes_numbers_follow_from_its_weights() -> None:
    data = dataset()
    outcome = fit(data, settings(seeds=(0, 1)))
    assert (outcome.test_targets == data.test.targets).all() and outcome.classes == data.classes
    for lane in outcome.lanes:
        for found, rows in (
            (lane.test_probabilities, data.test),
            (lane.validation_probabilities, data.validation),
        ):
            assert found.dtype == np.float32 and found.shape == (len(rows), CLASSES)
            expected = predict_probabilities(lane.weights, rows.features)
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
        predictions = lane.test_probabilities.argmax(axis=1)
        expected_score = fbeta_score(data.test.targets, predictions, beta=1, average="macro", zero_division=0)
        assert lane.test_score == pytest.approx(expected_score, abs=1e-12)
    assert [lane.seed for lane in outcome.arm(Arm("cross_entropy", F1)).lanes] == [0, 1]


def test_patience_keeps_the_checkpoint_after_so_many_evaluations_without_a_better_one() -> None:
    data, options = (
        dataset(),
        {"evaluations": 50, "seeds": (0, 1, 2), "learning_rate": 0.03, "averaging": 0.0},
    )
    evaluations = list(train(data, settings(**options)))[1:]
    stopped_early = 0
    for patience in (1, 3):
        outcome = fit(data, settings(**options, patience=patience))
        for place, lane in enumerate(outcome.lanes):
            best, best_step, stale = -math.inf, 0, 0
            for snapshot in evaluations:
                if stale == patience:
                    break
                score = round(snapshot.lanes[place].score_hard, 6)
                stale = 0 if score > best else stale + 1
                best, best_step = (score, snapshot.step) if score >= best else (best, best_step)
            assert lane.best_step == best_step
            stopped_early += best_step < evaluations[-1].lanes[place].best_step
    assert stopped_early


@pytest.mark.parametrize("rows", [40, 150])
def test_the_train_score_is_of_the_first_training_rows(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("east.training.engine.TRAIN_SCORE_ROWS", rows)
    data = dataset()
    training = Training(data, settings())
    training.advance(20)
    logits = training._network.evaluate(torch.from_numpy(data.train.features[:rows]), training._averages)
    predictions = logits[0].argmax(dim=-1).numpy()
    expected = fbeta_score(data.train.targets[:rows], predictions, beta=1, average="macro", zero_division=0)
    assert training.snapshot().lanes[0].train_score == pytest.approx(expected, abs=1e-6)


def test_an_empty_test_part_is_no_trouble() -> None:
    outcome = fit(dataset(test_rows=0), settings(epochs=2))
    for lane in outcome.lanes:
        assert lane.test_probabilities.shape == (0, CLASSES) and (lane.test_hard == 0).all()
        assert lane.test_score == 0 and lane.best_score > 0


# Pairing


def test_arms_of_one_seed_share_start_batches_and_dropout() -> None:
    """Cross-entropy does not look at its metric, so these two arms are one training done twice."""
    arms = (Arm("cross_entropy", F1), Arm("cross_entropy", metric("accuracy")))
    training = Training(dataset(), settings(arms=arms, dropout=0.4))
    training.advance(20)
    lanes = training._network.parameters
    assert torch.equal(lanes[0], lanes[1])
    without = Training(dataset(), settings(arms=arms))
    without.advance(20)
    assert not torch.allclose(lanes[0], without._network.parameters[0], atol=1e-3)


def test_an_epoch_sees_whole_batches_of_different_rows_and_a_seed_the_same_ones_in_any_company() -> None:
    def epoch(seeds: tuple[int, ...]) -> Tensor:
        batches = Batches(100, settings(seeds=seeds, batch_size=32), CPU)
        return torch.stack([torch.cat([batches.next() for _ in range(3)], dim=1) for _ in range(2)])

    together, alone = epoch((0, 7)), epoch((7,))
    assert torch.equal(together[:, 1], alone[:, 0])
    for order in together.flatten(0, 1):
        assert len(order.unique()) == 96 and order.max() < 100
    assert not torch.equal(together[0, 0], together[1, 0]) and not torch.equal(together[0, 0], together[0, 1])


def test_dropout_masks_keep_the_mean_and_drop_their_share() -> None:
    batches = Batches(5000, settings(seeds=(0, 1), batch_size=4000, dropout=0.25), CPU)
    masks = batches.dropout_masks()
    assert [tuple(mask.shape) for mask in masks] == [(2, 4000, 16), (2, 4000, 12)]
    for mask in masks:
        assert set(mask.unique().tolist()) == {0.0, float(np.float32(1 / 0.75))}
        assert float((mask == 0).float().mean()) == pytest.approx(0.25, abs=0.01)
    assert not torch.equal(masks[0][0], masks[0][1])
    assert Batches(5000, settings(dropout=0.0), CPU).dropout_masks() == []


@pytest.mark.parametrize(
    ("rows", "share"), [(10, 0.2), (5000, 0.2), (7500, 0.1), (10_000, 0.0), (10**6, 0.0)]
)
def test_dropout_is_chosen_from_the_rows_unless_it_is_given(rows: int, share: float) -> None:
    assert settings().dropout_share(rows) == pytest.approx(share)
    assert settings(dropout=0.3).dropout_share(rows) == 0.3
    assert (Batches(rows, settings(), CPU).dropout_masks() == []) == (share == 0)


def test_dropout_of_nearly_everything_still_gives_numbers() -> None:
    batches = Batches(64, settings(dropout=1 - 1e-9), CPU)
    assert all(mask.isfinite().all() for mask in batches.dropout_masks())


# Lanes that diverge


class Bomb(CrossEntropy):
    """Cross-entropy until half of the training, then not a number."""

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        progress: float | Tensor = 0.0,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        return super().forward(logits, targets) * (1.0 if progress < 0.5 else math.nan)


def test_a_lane_that_diverges_harms_no_neighbour_and_keeps_its_last_sound_checkpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = dataset()
    expected = fit(data, settings(losses=("cross_entropy", "east"), epochs=40))
    bomb_spec = LossSpec("bomb", "Bomb", "Breaks half-way.", "rival", lambda metric, counts: Bomb())
    monkeypatch.setitem(registry.SPECS, "bomb", bomb_spec)
    stream = list(train(data, settings(losses=("cross_entropy", "bomb", "east"), epochs=40)))
    outcome = fit(data, settings(losses=("cross_entropy", "bomb", "east"), epochs=40))
    for place, twin in ((0, 0), (2, 1)):
        lane, alone = outcome.lanes[place], expected.lanes[twin]
        assert lane.best_step == alone.best_step
        np.testing.assert_allclose(lane.test_probabilities, alone.test_probabilities, rtol=0, atol=2e-4)
    bomb = outcome.lanes[1]
    assert 0 < bomb.best_step <= outcome.steps / 2 + 1 and np.isfinite(bomb.test_probabilities).all()
    assert bomb.test_score > 0.3
    last = stream[-1].lanes
    assert math.isnan(last[1].loss_value) and math.isnan(last[1].gradient_norm)
    assert math.isfinite(last[0].loss_value) and math.isfinite(last[2].loss_value)


@pytest.mark.parametrize("learning_rate", [1e3, 1e30])
def test_a_wild_learning_rate_ends_in_numbers_all_the_same(learning_rate: float) -> None:
    data, setting = dataset(), settings(learning_rate=learning_rate, losses=tuple(LOSSES), evaluations=1000)
    for snapshot in train(data, setting):
        for lane in snapshot.lanes:
            assert (lane.hard.sum(axis=1) == np.bincount(data.validation.targets)).all()
    for result in fit(data, setting).lanes:
        assert (
            np.isfinite(result.validation_probabilities).all()
            and np.isfinite(result.test_probabilities).all()
        )
        assert all(np.isfinite(weight).all() and np.isfinite(bias).all() for weight, bias in result.weights)


# Settings


@pytest.mark.parametrize(
    ("rows", "options", "steps"),
    [
        (150, {"epochs": 10, "batch_size": 32}, 40),  # 4 whole batches an epoch, 22 rows wait
        (150, {"epochs": 3, "batch_size": 1000}, 3),
        (150, {"epochs": 3, "batch_size": None}, 3),
        (1024, {"epochs": 3, "batch_size": None}, 6),
        (2, {"epochs": 5, "batch_size": 2}, 5),
    ],
)
def test_steps_are_epochs_of_whole_batches(rows: int, options: dict[str, Any], steps: int) -> None:
    assert settings(**options).total_steps(rows) == steps


def test_without_epochs_a_small_table_is_seen_often_and_a_large_one_at_least_once() -> None:
    for rows in (50, 500, 5_000, 50_000, 5_000_000):
        setting = settings(epochs=None, batch_size=None)
        steps, per_epoch = setting.total_steps(rows), setting.steps_per_epoch(rows)
        assert steps % per_epoch == 0 and steps >= max(config.FEWEST_STEPS, per_epoch)
        assert steps <= max(config.MOST_STEPS + per_epoch, per_epoch)


def test_the_learning_rate_rises_to_its_peak_and_falls_to_nothing() -> None:
    rates = [one_cycle(step / 1000) for step in range(1001)]
    peak = int(np.argmax(rates))
    assert rates[peak] == 1 and peak == 100 and 0 < rates[0] < 0.1 and rates[-1] == pytest.approx(0)
    assert (np.diff(rates[: peak + 1]) > 0).all() and (np.diff(rates[peak:]) < 0).all()
    assert rates[550] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"losses": ("hinge",)}, "There is no such loss: got 'hinge'; choose one of east, "),
        ({"losses": ()}, "Give at least one loss, each once"),
        ({"losses": ("east", "east")}, "Give at least one loss, each once"),
        ({"seeds": ()}, "Give at least one seed, each once"),
        ({"seeds": (1, 1)}, "Give at least one seed, each once"),
        ({"seeds": (-1,)}, "seeds must be a whole number from 0 up"),
        ({"rules": ("best",)}, "There is no such decision rule: got 'best'; choose one of argmax, "),
        ({"rules": ()}, "Give at least one rule, each once"),
        ({"rules": ("argmax", "argmax")}, "Give at least one rule, each once"),
        ({"arms": (Arm("east", F1),) * 2}, "Give at least one loss, each once"),
        ({"epochs": 0}, "epochs must be a whole number from 1 up: got 0"),
        ({"epochs": 2.5}, "epochs must be a whole number from 1 up: got 2.5"),
        ({"epochs": True}, "epochs must be a whole number from 1 up: got True"),
        ({"batch_size": 1}, "batch_size must be a whole number from 2 up: got 1"),
        ({"hidden": (8, 0)}, r"hidden must be a whole number from 1 up: got \(8, 0\)"),
        ({"dropout": 1.0}, "dropout must be a number from 0 below 1: got 1.0"),
        ({"dropout": math.nan}, "dropout must be a number from 0 below 1: got nan"),
        ({"learning_rate": 0.0}, "learning_rate must be a number above 0: got 0.0"),
        ({"learning_rate": math.nan}, "learning_rate must be a number above 0: got nan"),
        ({"weight_decay": -1.0}, "weight_decay must be a number from 0 up: got -1.0"),
        ({"clip": 0.0}, "clip must be a number above 0: got 0.0"),
        ({"averaging": 1.0}, "averaging must be a number from 0 below 1: got 1.0"),
        ({"evaluations": 0}, "evaluations must be a whole number from 1 up: got 0"),
        ({"patience": 0}, "patience must be a whole number from 1 up: got 0"),
        ({"precision": "float8"}, "precision must be one of float32, bfloat16: got 'float8'"),
    ],
)
def test_a_setting_that_cannot_work_is_named_in_one_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=f"^{sentence}.*\\.$"):
        settings(**options)


@pytest.mark.parametrize("name", ["banana", "cuda:99", "meta", "cpu:3", ""])
def test_a_device_that_is_not_there_is_named_with_those_that_are(name: str) -> None:
    with pytest.raises(
        SettingError, match=r"This machine has no such device: got '.*'; use auto or .*cpu\.$"
    ):
        Training(dataset(), settings(device=name))


@pytest.mark.parametrize(
    "build",
    [
        lambda: metric("recall", average="class", class_index=CLASSES),
        lambda: metric("gain", matrix=np.eye(3)),
    ],
)
def test_a_metric_for_other_classes_is_refused_before_the_first_step(build: Callable[[], Any]) -> None:
    with pytest.raises(SettingError, match=r"class_index must be one of|3 x 3 for 4 classes"):
        Training(dataset(), TrainConfig(metric=build(), device="cpu"))


def test_auto_takes_what_there_is() -> None:
    assert Training(dataset(), settings(device="auto")).device.split(":")[0] == available_devices()[0]


# Precision and devices


@pytest.mark.parametrize("device", devices)
def test_half_precision_products_learn_much_the_same(device: str) -> None:
    data, options = dataset(), {"epochs": 40, "device": device}
    full, half = (fit(data, settings(**options, precision=name)) for name in ("float32", "bfloat16"))
    for lane, rounded in zip(full.lanes, half.lanes, strict=True):
        assert not np.array_equal(lane.test_probabilities, rounded.test_probabilities)
        assert np.abs(lane.test_probabilities - rounded.test_probabilities).mean() < 0.05
        assert rounded.test_score > 0.5


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda_lanes_learn_what_they_learn_on_the_cpu_and_no_step_waits_for_the_host() -> None:
    data, options = dataset(), {"losses": tuple(LOSSES), "seeds": (0, 7), "epochs": 5}
    assert_same_lanes(fit(data, settings(**options, device="cuda")), fit(data, settings(**options)), 5e-3)
    training = Training(data, settings(**options, device="cuda"))
    training.advance(STEPS_BEFORE + 1)
    torch.cuda.set_sync_debug_mode("error")
    try:
        training.advance(training.total_steps)
    finally:
        torch.cuda.set_sync_debug_mode("default")
