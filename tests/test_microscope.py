"""The microscope's closed forms against autograd of the losses that train, and against moving rows by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from east.annealing import Annealing, Sharpness
from east.confusion import membership, soft_confusion
from east.errors import SettingError
from east.losses import CrossEntropy, EASTLoss, Loss, SoftMetric
from east.metrics import Metric, metric
from east.microscope import (
    KINDS,
    Batch,
    Gradient,
    LossSetup,
    anatomy,
    cross_effect,
    field_of,
    gradient_at,
    gradients_if_moved,
    row_gradients,
    simplex_points,
    soft_matrix,
)

COUNTS = (700, 200, 60, 40, 30, 20)
F1 = metric("fbeta")


def drawn(seed: int, classes: int, rows: int = 12, scale: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Logits `[rows, K]` and targets that hold every class."""
    generator = np.random.default_rng(seed)
    targets = np.concatenate([np.arange(classes), generator.integers(classes, size=rows - classes)])
    return scale * generator.standard_normal((rows, classes)), targets


def losses(setup: LossSetup) -> dict[str, Loss]:
    """The losses that train, with the same settings."""
    return {
        "cross_entropy": CrossEntropy(),
        "soft_metric": SoftMetric(setup.metric, setup.anchor, setup.class_counts),
        "east": EASTLoss(setup.metric, setup.annealing, setup.anchor, setup.class_counts),
    }


def by_autograd(loss: Loss, logits: np.ndarray, targets: np.ndarray, progress: float) -> np.ndarray:
    leaf = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    loss(leaf, torch.as_tensor(targets), progress).backward()
    assert leaf.grad is not None
    return np.asarray(leaf.grad.numpy())


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_gradients_equal_autograds_at_200_random_points(classes: int) -> None:
    metrics = (F1, metric("mcc"), metric("fbeta", beta=0.25), metric("accuracy"))
    for seed in {2: range(67), 3: range(67, 134), 6: range(134, 200)}[classes]:
        logits, targets = drawn(seed, classes, scale=0.5 + seed / 40)
        row, progress = seed % len(targets), (seed % 11) / 10
        setup = LossSetup(metrics[seed % 4], class_counts=COUNTS[:classes])
        found = row_gradients(Batch.from_logits(logits, targets), row, setup, progress)
        for kind, loss in losses(setup).items():
            expected = by_autograd(loss, logits, targets, progress)[row]
            np.testing.assert_allclose(found[kind].total, expected, rtol=0, atol=1e-6)


def test_the_metric_part_is_the_loss_without_its_anchor() -> None:
    logits, targets = drawn(3, 4)
    setup, bare = (LossSetup(F1, anchor=anchor, class_counts=COUNTS[:4]) for anchor in (0.6, 0.0))
    batch = Batch.from_logits(logits, targets)
    for kind in ("soft_metric", "east"):
        whole, part = row_gradients(batch, 5, setup, 0.4)[kind], row_gradients(batch, 5, bare, 0.4)[kind]
        np.testing.assert_allclose(whole.metric_part, part.total, atol=1e-12)
        assert not part.anchor_part.any() and np.abs(whole.anchor_part).max() > 1e-3
    assert not row_gradients(batch, 5, setup, 0.4)["cross_entropy"].metric_part.any()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("measure", [F1, metric("mcc"), metric("accuracy")], ids=lambda its: its.key)
def test_the_cross_effect_equals_a_finite_difference_on_the_batch(kind: str, measure: Metric) -> None:
    logits, targets = drawn(8, 3, scale=0.8)
    setup, row, other, progress, step = LossSetup(measure, class_counts=COUNTS[:3]), 4, 7, 0.3, 1e-5
    found = cross_effect(Batch.from_logits(logits, targets), row, other, setup, progress, kind)
    loss = losses(setup)[kind]
    for place in range(3):
        ends = []
        for sign in (1, -1):
            moved = logits.copy()
            moved[other, place] += sign * step
            ends.append(by_autograd(loss, moved, targets, progress)[row])
        np.testing.assert_allclose(found[:, place], (ends[0] - ends[1]) / (2 * step), rtol=0, atol=1e-7)
    assert (np.abs(found).max() > 1e-4) == (kind != "cross_entropy" and measure.key != "accuracy")


def test_moving_a_row_far_changes_anothers_gradient_as_the_loss_says() -> None:
    logits, targets = drawn(1, 3, scale=0.5)
    setup, batch = LossSetup(F1, class_counts=COUNTS[:3]), Batch.from_logits(logits, targets)
    moved = logits.copy()
    moved[2] = [4.0, 0.0, -1.0]
    target = np.exp(moved[2]) / np.exp(moved[2]).sum()
    before, after = gradients_if_moved(batch, 6, 2, target, setup, 0.5)
    for kind, loss in losses(setup).items():
        np.testing.assert_allclose(before[kind].total, by_autograd(loss, logits, targets, 0.5)[6], atol=1e-6)
        np.testing.assert_allclose(after[kind].total, by_autograd(loss, moved, targets, 0.5)[6], atol=1e-6)
    np.testing.assert_allclose(before["cross_entropy"].total, after["cross_entropy"].total, atol=1e-14)
    assert np.abs(before["east"].total - after["east"].total).max() > 1e-4


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 7), st.floats(0, 1))
def test_the_anatomy_is_the_loss_own(seed: int, classes: int, progress: float) -> None:
    logits, targets = drawn(seed, classes)
    setup, batch = LossSetup(F1), Batch.from_logits(logits, targets)
    found = anatomy(batch, 1, setup, progress)
    top = np.sort(batch.probabilities[1])
    assert found.threshold == pytest.approx((top[-1] + top[-2]) / 2)
    expected = membership(torch.tensor(batch.probabilities), setup.annealing.at(progress)).numpy()[1]
    np.testing.assert_allclose(found.memberships, expected, atol=1e-12)
    assert found.contribution.sum() == pytest.approx(1) and found.contribution[
        targets[1]
    ].sum() == pytest.approx(1)
    np.testing.assert_allclose(found.heights / found.heights.sum(), found.memberships)
    # Exactly one class stands above tau, and the names of the places agree with the band's ends.
    assert (found.probabilities > found.threshold).sum() == 1
    for place, p in zip(found.places, found.probabilities, strict=True):
        assert place == ("below" if p < found.low else "above" if p > found.high else "in")


def test_contributions_of_all_rows_add_up_to_the_soft_matrix() -> None:
    logits, targets = drawn(2, 4, rows=20)
    setup, batch = LossSetup(F1), Batch.from_logits(logits, targets)
    total = np.sum([anatomy(batch, row, setup, 0.7).contribution for row in range(20)], axis=0)
    sharpness = setup.annealing.at(0.7)
    expected = soft_confusion(torch.tensor(batch.probabilities), torch.as_tensor(targets), sharpness).numpy()
    np.testing.assert_allclose(total, expected, atol=1e-9)
    np.testing.assert_allclose(soft_matrix(batch, "east", sharpness), expected, atol=1e-9)


def test_a_field_is_the_gradient_of_the_batch_with_the_row_moved_there() -> None:
    logits, targets = drawn(4, 3)
    setup, batch, points = (
        LossSetup(F1, class_counts=COUNTS[:3]),
        Batch.from_logits(logits, targets),
        simplex_points(7),
    )
    np.testing.assert_allclose(points.sum(axis=1), 1)
    assert len(points) == 28 and points.min() > 0
    for kind in KINDS:
        field = field_of(kind, batch, 3, setup, 0.2, points)
        for place in (0, 11, 27):
            alone = row_gradients(batch.with_row(3, points[place]), 3, setup, 0.2)[kind]
            np.testing.assert_allclose(field.gradient.total[place], alone.total, atol=1e-12)
        step = 1e-6
        stepped = np.log(points) + step * field.gradient.push
        moved = np.exp(stepped) / np.exp(stepped).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(field.motion, (moved - points) / step, atol=1e-6)


def test_a_rare_class_is_starved_where_it_is_out_of_the_top_two() -> None:
    """With a step that is nearly hard, only rows where the rare class is near tau are pulled by the metric."""
    logits, targets = drawn(5, 3)
    targets[0] = 2
    hard = Annealing(Sharpness(0.01, 0.2), Sharpness(0.01, 0.2))
    batch, points = Batch.from_logits(logits, targets), simplex_points(30)
    field = field_of("east", batch, 0, LossSetup(F1, hard, anchor=0.6), 0.0, points)
    starved = field.starved()
    far = (points[:, 2] < 0.1) & (points.max(axis=1) > 0.55)
    threshold = np.sort(points, axis=1)[:, 1:].mean(axis=1)
    near = (points[:, 2] > 0.93 * threshold) & (points.argmax(axis=1) != 2)
    assert starved[far].all() and not starved[near].any() and near.sum() > 3
    assert not starved[points.argmax(axis=1) == 2].any()
    # The anchor pulls everywhere: what it is there for.
    assert field.starved(part="total").sum() < starved.sum() / 4


def test_words_name_what_is_pushed_up_and_down_and_by_whom() -> None:
    names = ("common", "rare", "odd")
    logits, targets = (
        np.array([[2.0, 0.0, -2.0], [3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]),
        [1, 0, 1, 2],
    )
    found = row_gradients(Batch.from_logits(logits, targets), 0, LossSetup(F1), 0.0)
    assert (
        found["cross_entropy"].in_words(names)
        == "Cross-entropy pushes towards ‘rare’ and away from ‘common’."
    )
    assert found["east"].in_words(names).startswith("EAST pushes towards ‘rare’ and away from ‘common’: ")
    parts = np.array([0.0, -3.0, 3.0]), np.array([0.0, -1.0, 1.0])
    assert (
        Gradient("east", *parts, 4)
        .in_words(names)
        .endswith(": 75% of it for the metric, the rest by the anchor.")
    )
    against = Gradient("east", parts[0], -parts[1], 4).in_words(names)
    assert against.endswith(": the metric asks for ‘rare’, the anchor for ‘odd’.")
    assert (
        Gradient("east", 1e-9 * parts[0], 0 * parts[1], 4).in_words(names)
        == "EAST asks next to nothing of this row."
    )


def test_what_cannot_be_looked_at_is_refused_in_words() -> None:
    logits, targets = drawn(0, 3)
    batch, setup = Batch.from_logits(logits, targets), LossSetup(F1)
    with pytest.raises(SettingError, match="no such row"):
        anatomy(batch, 12, setup, 0.0)
    with pytest.raises(SettingError, match="cross effect"):
        cross_effect(batch, 1, 1, setup, 0.0)
    with pytest.raises(SettingError, match="does not know this loss"):
        gradient_at("focal", batch, 0, setup, 0.0, batch.probabilities)
    with pytest.raises(SettingError, match="distribution"):
        Batch(np.ones((2, 3)), np.array([0, 1]))
    with pytest.raises(SettingError, match="one row of probabilities"):
        Batch(batch.probabilities, targets[:5])
    with pytest.raises(SettingError, match="among its classes"):
        Batch(batch.probabilities, targets + 1)
    with pytest.raises(SettingError, match="three classes"):
        simplex_points(5, 4)
