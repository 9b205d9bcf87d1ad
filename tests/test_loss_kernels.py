"""The loops that numba compiles for large batches, against autograd of the readable pieces and the torch form."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from east.annealing import Sharpness
from east.confusion import soft_confusion
from east.losses import EASTLoss, compiled, fused
from east.losses.fused import soft_confusion_of_logits

pytestmark = pytest.mark.usefixtures("one_thread")

SHARPNESSES = [
    Sharpness(0.4, 1.0),
    Sharpness(0.25, 1.0),
    Sharpness(0.2, 0.5),
    Sharpness(0.01, 0.1),
    Sharpness(0.0, 0.3),
]


def drawn(*shape: int, seed: int = 0, scale: float = 2.0) -> Tensor:
    return scale * torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def drawn_targets(*shape: int, classes: int) -> Tensor:
    return torch.randint(classes, shape, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The loops serve batches of every size; the sizes that they served are listed."""
    served: list[int] = []
    original = compiled.sum_members

    def counted(logits: Tensor, *more: Any) -> object:
        served.append(logits.numel())
        return original(logits, *more)

    monkeypatch.setattr(fused, "LARGE", 0)
    monkeypatch.setattr(compiled, "sum_members", counted)
    yield served
    assert served, "the loops were not asked"


def by_autograd(
    logits: Tensor, targets: Tensor, sharpness: Sharpness, offsets: Tensor | None, weights: Tensor | None
) -> tuple[Tensor, Tensor]:
    """The definition: one matrix a row, summed by the rows' weights."""
    alone = soft_confusion(logits.softmax(dim=-1).unsqueeze(-2), targets.unsqueeze(-1), sharpness)
    counts = torch.ones(targets.shape) if weights is None else weights
    matrix = (alone * counts[..., None, None]).sum(dim=-3)
    leaning = logits if offsets is None else logits + offsets
    return matrix, leaning.log_softmax(dim=-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)


@pytest.mark.parametrize("sharpness", SHARPNESSES)
@pytest.mark.parametrize("lanes", [(), (3,), (2, 2)])
@pytest.mark.parametrize("classes", [2, 3, 10, 37])
def test_the_loops_equal_autograd_of_the_definition(
    classes: int, lanes: tuple[int, ...], sharpness: Sharpness, always: list[int]
) -> None:
    targets = drawn_targets(*lanes, 25, classes=classes)
    to_matrix, to_likelihood = drawn(*lanes, classes, classes, seed=5), drawn(*lanes, 25, seed=6)
    for offsets in (None, drawn(classes, seed=7)):
        for weights in (None, drawn(*lanes, 25, seed=8).abs().round()):
            logits = drawn(*lanes, 25, classes).requires_grad_()
            results = []
            for function in (soft_confusion_of_logits, by_autograd):
                outputs = function(logits, targets, sharpness, offsets, weights)
                (gradient,) = torch.autograd.grad(outputs, logits, (to_matrix, to_likelihood))
                results.append([outputs[0].detach(), outputs[1].detach(), gradient])
            for mine, reference in zip(*results, strict=True):
                torch.testing.assert_close(mine, reference, rtol=1e-9, atol=1e-11)


def test_logits_that_do_not_lie_row_by_row_are_no_trouble(always: list[int]) -> None:
    logits, targets = drawn(2, 5, 30).requires_grad_(), drawn_targets(2, 30, classes=5)
    value = EASTLoss("mcc")(logits.transpose(1, 2), targets, 0.4).sum()
    expected = EASTLoss("mcc")(logits.transpose(1, 2).contiguous(), targets, 0.4).sum()
    assert torch.equal(value, expected)
    mine, other = (torch.autograd.grad(each, logits)[0] for each in (value, expected))
    assert torch.equal(mine, other)


def test_a_gradient_to_start_from_that_is_itself_differentiable_is_no_trouble(always: list[int]) -> None:
    logits, targets = drawn(30, 5).requires_grad_(), drawn_targets(30, classes=5)
    outputs = soft_confusion_of_logits(logits, targets, SHARPNESSES[0])
    starts = drawn(5, 5, seed=5), drawn(30, seed=6)
    leaves = tuple(start.clone().requires_grad_() for start in starts)
    (expected,) = torch.autograd.grad(outputs, logits, starts, retain_graph=True)
    assert torch.equal(torch.autograd.grad(outputs, logits, leaves)[0], expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("classes", [2, 3, 100])
def test_the_loops_are_finite_at_ties_and_saturation_and_equal_torchs(
    classes: int, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, extremes = torch.zeros(classes), torch.full((classes,), -1e4)
    pair[-2:], extremes[0] = 4.0, 1e4
    both = extremes.clone()
    both[-1] = 1e4
    logits = torch.stack([torch.zeros(classes), pair, extremes, both]).to(dtype).requires_grad_()
    for sharpness in SHARPNESSES:
        for target in (0, classes - 1):
            values = []
            for least in (0, 2**40):
                monkeypatch.setattr(fused, "LARGE", least)
                matrix, likelihood = soft_confusion_of_logits(logits, torch.full((4,), target), sharpness)
                (gradient,) = torch.autograd.grad(matrix.square().sum() + likelihood.sum(), logits)
                values.append((matrix.detach(), likelihood.detach(), gradient))
            for mine, torchs in zip(*values, strict=True):
                assert mine.isfinite().all()
                torch.testing.assert_close(mine, torchs)


def test_a_number_that_is_none_is_not_hidden(always: list[int]) -> None:
    logits = drawn(40, 5)
    logits[7, 2] = float("nan")
    assert EASTLoss("mcc")(logits, drawn_targets(40, classes=5)).isnan()


def test_only_large_batches_ask_for_them_and_only_where_numba_is(monkeypatch: pytest.MonkeyPatch) -> None:
    large = torch.zeros(fused.LARGE // 4, 4)
    assert fused._loops(large) is compiled and fused._loops(large[1:]) is None
    original = builtins.__import__

    def without(
        name: str, names: Mapping[str, object] | None = None, local: Mapping[str, object] | None = None,
        parts: Sequence[str] | None = (), level: int = 0,
    ) -> object:  # fmt: skip
        if name == "east.losses" and parts and "compiled" in parts:
            raise ImportError("No module named 'numba'")
        return original(name, names, local, parts, level)

    monkeypatch.setattr(builtins, "__import__", without)
    fused._compiled.cache_clear()
    try:
        logits, targets = drawn(fused.LARGE // 4, 4), drawn_targets(fused.LARGE // 4, classes=4)
        value = EASTLoss("mcc")(logits, targets, 0.4)
        assert fused._loops(large) is None
    finally:
        fused._compiled.cache_clear()
    monkeypatch.undo()
    torch.testing.assert_close(value, EASTLoss("mcc")(logits, targets, 0.4))
