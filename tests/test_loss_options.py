"""EASTLoss in anyone's loop: weights, rows that do not count, dense logits, lanes, torch.func, second derivatives."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.func import grad, hessian, jacrev, vmap

from east.annealing import Annealing, Sharpness
from east.errors import SettingError
from east.losses import LOSSES, EASTLoss, SoftMetric, build_loss
from east.losses.fused import soft_confusion_of_logits
from east.metrics import metric

pytestmark = pytest.mark.usefixtures("one_thread")

COUNTS = (9, 6, 4, 2)
CLASSES = len(COUNTS)


def drawn(*shape: int, seed: int = 0, scale: float = 2.0) -> Tensor:
    return scale * torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def drawn_targets(*shape: int, seed: int = 1) -> Tensor:
    return torch.randint(CLASSES, shape, generator=torch.Generator().manual_seed(seed))


def value_and_gradient(
    loss: Callable[..., Tensor], logits: Tensor, targets: Tensor, *more: object
) -> tuple[Tensor, Tensor]:
    leaf = logits.detach().clone().requires_grad_()
    value = loss(leaf, targets, 0.3, *more)
    return value.detach(), torch.autograd.grad(value.sum(), leaf)[0]


# Weights


@pytest.mark.parametrize("key", LOSSES)
def test_a_row_of_weight_two_counts_like_two_rows_and_one_of_weight_zero_like_none(key: str) -> None:
    loss, logits, targets = build_loss(key, metric("mcc"), COUNTS), drawn(30, CLASSES), drawn_targets(30)
    weights = torch.arange(30) % 4
    repeated = logits.repeat_interleave(weights, dim=0).requires_grad_()
    expected = loss(repeated, targets.repeat_interleave(weights), 0.3)
    value, gradient = value_and_gradient(loss, logits, targets, weights.double())
    torch.testing.assert_close(value, expected.detach())
    rows = torch.arange(30).repeat_interleave(weights)
    summed = torch.zeros(30, CLASSES, dtype=torch.float64)
    summed.index_add_(0, rows, torch.autograd.grad(expected, repeated)[0])
    torch.testing.assert_close(gradient, summed)


@pytest.mark.parametrize("key", LOSSES)
def test_equal_weights_change_nothing_and_no_weight_at_all_gives_a_finite_loss(key: str) -> None:
    loss, logits, targets = build_loss(key, metric("fbeta"), COUNTS), drawn(30, CLASSES), drawn_targets(30)
    plain = value_and_gradient(loss, logits, targets)
    for found, expected in zip(
        value_and_gradient(loss, logits, targets, torch.full((30,), 2.5)), plain, strict=True
    ):
        torch.testing.assert_close(found, expected)
    value, gradient = value_and_gradient(loss, logits, targets, torch.zeros(30))
    assert value.isfinite() and torch.equal(gradient, torch.zeros_like(gradient))


def test_the_weighted_node_passes_gradcheck() -> None:
    logits, targets, weights = drawn(8, CLASSES).requires_grad_(), drawn_targets(8), drawn(8, seed=4).abs()
    offsets = drawn(CLASSES, seed=5)
    assert torch.autograd.gradcheck(
        lambda values: soft_confusion_of_logits(values, targets, Sharpness(0.2, 0.7), offsets, weights),
        (logits,),
        eps=1e-7,
        atol=1e-5,
    )


def test_weights_that_are_learned_get_their_whole_gradient() -> None:
    loss, logits, targets = EASTLoss("mcc", class_counts=COUNTS), drawn(9, CLASSES), drawn_targets(9)
    weights = (drawn(9, seed=3).abs() + 0.1).requires_grad_()
    assert torch.autograd.gradcheck(lambda given: loss(logits, targets, 0.3, given), (weights,))
    value = loss(logits, targets, 0.3, weights)
    torch.testing.assert_close(value.detach(), loss(logits, targets, 0.3, weights.detach()))


# Rows that do not count, and where the classes stand


@pytest.mark.parametrize("weighted", [False, True])
def test_ignored_rows_count_as_if_they_were_not_there_whatever_their_logits_are(weighted: bool) -> None:
    loss, logits, targets = (
        EASTLoss("f1", class_counts=COUNTS, ignore_index=-100),
        drawn(30, CLASSES),
        drawn_targets(30),
    )
    weights = drawn(30, seed=3).abs() if weighted else None
    kept = torch.arange(30) % 3 != 0
    expected = value_and_gradient(
        loss, logits[kept], targets[kept], None if weights is None else weights[kept]
    )
    targets[~kept], logits[~kept] = -100, math.nan
    value, gradient = value_and_gradient(loss, logits, targets, weights)
    torch.testing.assert_close(value, expected[0])
    torch.testing.assert_close(gradient[kept], expected[1])
    assert torch.equal(gradient[~kept], torch.zeros(10, CLASSES, dtype=torch.float64))
    value, gradient = value_and_gradient(loss, logits, torch.full_like(targets, -100))
    assert value.isfinite() and not gradient.any()


@pytest.mark.parametrize("places", [(), (7,), (3, 5), (2, 3, 4)])
def test_dense_logits_are_the_rows_of_all_places(places: tuple[int, ...]) -> None:
    """Also where there are as many places as classes, which a guess by shapes would take for lanes."""
    for size in {places, (*places[:-1], CLASSES)} if places else {()}:
        logits, targets = drawn(2, CLASSES, *size), drawn_targets(2, *size)
        weights = drawn(2, *size, seed=8).abs()
        dense = EASTLoss("mcc", class_counts=COUNTS, class_dim=1)
        value, gradient = value_and_gradient(dense, logits, targets, weights)
        rows = torch.stack([logits[:, place].flatten() for place in range(CLASSES)], dim=1)
        flat = EASTLoss("mcc", class_counts=COUNTS)
        expected = value_and_gradient(flat, rows, targets.flatten(), weights.flatten())
        assert value.shape == ()
        torch.testing.assert_close(value, expected[0])
        torch.testing.assert_close(gradient.movedim(1, -1).reshape(-1, CLASSES), expected[1])


def test_a_reduction_is_over_lanes() -> None:
    logits, targets = drawn(3, 20, CLASSES), drawn_targets(3, 20)
    lanes = EASTLoss("mcc")(logits, targets, 0.3)
    assert lanes.shape == (3,)
    torch.testing.assert_close(EASTLoss("mcc", reduction="mean")(logits, targets, 0.3), sum(lanes) / 3)
    torch.testing.assert_close(EASTLoss("mcc", reduction="sum")(logits, targets, 0.3), sum(lanes))
    alone = [EASTLoss("mcc", reduction=each)(logits[0], targets[0], 0.3) for each in ("none", "mean", "sum")]
    assert all(torch.equal(value, alone[0]) for value in alone)


# torch.func and second derivatives


@pytest.mark.parametrize("name", ["f1", "mcc", "quadratic_kappa"])
def test_functional_gradients_and_maps_are_autograds_and_a_loops(name: str) -> None:
    loss = EASTLoss(name, class_counts=COUNTS, ignore_index=-100)
    logits, targets, weights = drawn(5, 12, CLASSES), drawn_targets(5, 12), drawn(5, 12, seed=3).abs()
    targets[0, 3] = targets[4, 5] = -100
    values, gradients = value_and_gradient(loss, logits, targets, weights)
    torch.testing.assert_close(
        vmap(lambda *row: loss(row[0], row[1], 0.3, row[2]))(logits, targets, weights), values
    )
    mapped = vmap(grad(lambda *row: loss(row[0], row[1], 0.3, row[2])))(logits, targets, weights)
    torch.testing.assert_close(mapped, gradients)
    torch.testing.assert_close(grad(lambda z: loss(z, targets[0], 0.3, weights[0]))(logits[0]), gradients[0])
    many = vmap(lambda y: loss(logits[0], y, 0.3))(targets)
    torch.testing.assert_close(many, torch.stack([loss(logits[0], y, 0.3) for y in targets]))
    torch.testing.assert_close(
        vmap(lambda z: loss(z, targets[0], 0.3))(logits),
        torch.stack([loss(z, targets[0], 0.3) for z in logits]),
    )


@pytest.mark.parametrize("progress", [0.0, 0.5, 1.0])
def test_second_derivatives_are_those_of_finite_differences_and_of_torch_func(progress: float) -> None:
    loss, targets, weights = EASTLoss("mcc", class_counts=COUNTS), drawn_targets(8), drawn(8, seed=3).abs()
    logits = drawn(8, CLASSES).requires_grad_()

    def value(z: Tensor) -> Tensor:
        found: Tensor = loss(z, targets, progress, weights)
        return found

    assert torch.autograd.gradgradcheck(value, (logits,), eps=1e-7, atol=1e-4)
    expected = torch.autograd.functional.hessian(value, logits.detach())
    assert expected.abs().max() > 1e-3
    for found in (hessian(value)(logits.detach()), jacrev(jacrev(value))(logits.detach())):
        torch.testing.assert_close(found, expected)


def test_a_gradient_that_will_be_differentiated_again_is_the_same_gradient() -> None:
    """Through a network: a penalty on the gradient reaches its weights."""
    loss, features, targets = EASTLoss("f1"), drawn(20, 3, seed=2), drawn_targets(20)
    weight = drawn(3, CLASSES, seed=6).requires_grad_()
    value = loss(features @ weight, targets, 0.4)
    (plain,) = torch.autograd.grad(value, weight, retain_graph=True)
    (kept,) = torch.autograd.grad(value, weight, create_graph=True)
    torch.testing.assert_close(kept.detach(), plain)
    (penalty,) = torch.autograd.grad(kept.square().sum(), weight)
    step = 1e-6 * drawn(3, CLASSES, seed=7)
    norms = []
    for moved in (weight.detach() - step, weight.detach() + step):
        leaf = moved.requires_grad_()
        norms.append(torch.autograd.grad(loss(features @ leaf, targets, 0.4), leaf)[0].square().sum())
    torch.testing.assert_close((penalty * 2 * step).sum(), norms[1] - norms[0], rtol=1e-4, atol=1e-12)


# What it says of itself, and refuses


def test_the_repr_says_metric_anchor_annealing_and_what_was_chosen() -> None:
    assert repr(EASTLoss("mcc", class_counts=COUNTS)) == (
        "EASTLoss(metric='MCC', anchor=0.3, annealing=(delta, omega) 0.4, 1 -> 0.05, 0.1 (linear))"
    )
    path = Annealing(Sharpness(0.3, 0.9), Sharpness(0.1, 0.2), "geometric")
    shown = repr(EASTLoss("f2", path, 0, class_dim=1, ignore_index=255, reduction="mean"))
    assert "metric='Macro F2', anchor=0, annealing=(delta, omega) 0.3, 0.9 -> 0.1, 0.2 (geometric)" in shown
    assert shown.endswith(", ignore_index=255, class_dim=1, reduction='mean')")
    assert repr(SoftMetric("mcc", 0.25)) == "SoftMetric(metric='MCC', anchor=0.25)"


def test_a_loss_with_options_is_copied_whole() -> None:
    loss = EASTLoss("f1", class_counts=COUNTS, ignore_index=-100, class_dim=1, reduction="sum")
    logits, targets = drawn(2, CLASSES, 6), drawn_targets(2, 6)
    assert torch.equal(copy.deepcopy(loss)(logits, targets, 0.2), loss(logits, targets, 0.2))


LOGITS, TARGETS = torch.zeros(3, 2), torch.tensor([0, 1, 1])


def weighed(weights: object) -> object:
    return EASTLoss("f1")(LOGITS, TARGETS, 0.1, weights)


def made(**options: object) -> EASTLoss:
    return EASTLoss("f1", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: made(reduction="average"), "There is no such reduction: got 'average'; choose one of none,"),
        (lambda: made(class_dim=0), "class_dim must be -1 or from 1 up: got 0; use -1"),
        (lambda: made(class_dim=True), "class_dim must be -1 or from 1 up: got True"),
        (lambda: made(class_dim=2)(LOGITS, TARGETS), "The logits have no such dimension: got shape"),
        (lambda: made(class_dim=1)(torch.zeros(3, 2, 5), TARGETS), "The logits and targets must have the"),
        (lambda: weighed(torch.ones(2)), "There must be one sample weight per target: got"),
        (lambda: weighed(-torch.ones(3)), "Sample weights must be numbers from 0 up: got -1"),
        (
            lambda: weighed(torch.tensor([1, math.nan, 1])),
            "Sample weights must be numbers from 0 up: got nan",
        ),
        (lambda: weighed([1, 1, 1]), "The sample weights must be a tensor: got a list"),
        (lambda: made()(LOGITS, TARGETS - 100), "The targets must be class indices: got -100 for 2 classes"),
        (lambda: made(ignore_index=9)(LOGITS, TARGETS - 1), "The targets must be class indices: got -1"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(SettingError, match=f"^{sentence}"):
        call()
