"""What every entry of METRICS and LOSSES promises: a new entry is tested here without a line added."""

import copy
import pickle
from typing import Any

import pytest
import torch
from torch import Tensor

from east.annealing import Annealing
from east.losses import LOSSES, Loss, build_loss
from east.metrics import METRICS, Metric, metric

pytestmark = pytest.mark.usefixtures("one_thread")

CLASSES = (2, 3, 10)
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
every_metric = pytest.mark.parametrize("key", METRICS)
every_loss = pytest.mark.parametrize("loss_key", LOSSES)


def built(key: str, classes: int) -> Metric:
    """The metric with its defaults; a matrix, where it needs one, lets right predictions earn 1."""
    needed = METRICS[key].matrix_option
    options: dict[str, Any] = {needed: torch.eye(classes).tolist()} if needed else {}
    return metric(key, **options)


def built_loss(loss_key: str, key: str, classes: int) -> Loss:
    return build_loss(loss_key, built(key, classes), [2 * place + 3 for place in range(classes)])


def drawn(*shape: int, seed: int = 0, scale: float = 3.0) -> Tensor:
    return scale * torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def drawn_targets(*shape: int, classes: int) -> Tensor:
    return torch.randint(classes, shape, generator=torch.Generator().manual_seed(1))


def matrices(count: int, classes: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(count, classes, classes, generator=generator, dtype=torch.float64) * 20


# Metrics


@every_metric
@pytest.mark.parametrize("classes", CLASSES)
def test_a_metric_is_best_when_all_is_right_and_within_its_bounds_otherwise(key: str, classes: int) -> None:
    measure = built(key, classes)
    assert measure.key == key and measure.label and measure.best > measure.worst
    assert measure.score(torch.diag(torch.arange(1.0, classes + 1))) == pytest.approx(measure.best)
    for stack in (matrices(200, classes), matrices(200, classes).pow(4), matrices(200, classes).round()):
        scores = measure(stack)
        assert scores.shape == (200,)
        assert ((scores >= measure.worst - 1e-9) & (scores <= measure.best + 1e-9)).all()


@every_metric
def test_a_metric_reaches_its_worst_when_two_classes_are_swapped(key: str) -> None:
    measure = built(key, 2)
    assert measure.score([[0, 7], [7, 0]]) == pytest.approx(measure.worst)


@every_metric
@pytest.mark.parametrize("device", devices)
def test_a_metric_scores_stacks_and_forgets_the_scale(key: str, device: str) -> None:
    measure, stack = built(key, 4), matrices(6, 4)
    alone = [measure.score(one) for one in stack]
    assert measure((stack * 321).reshape(3, 2, 4, 4).to(device)).flatten().tolist() == pytest.approx(alone)
    assert measure(stack.float().to(device)).dtype == torch.float32


@every_metric
def test_a_metric_can_be_differentiated_wherever_it_is_evaluated(key: str) -> None:
    measure = built(key, 3)
    assert torch.autograd.gradcheck(measure, ((matrices(2, 3) + 0.1).requires_grad_(),))
    edges = [torch.zeros(3, 3), torch.eye(3), torch.ones(3, 3), torch.diag(torch.tensor([1.0, 0, 0]))]
    edges += [torch.eye(3)[[0, 0, 0]], torch.eye(3)[[0, 0, 0]].T, torch.eye(3)[[1, 2, 0]]]
    leaf = torch.stack(edges).requires_grad_()
    scores = measure(leaf)
    assert scores.isfinite().all() and torch.autograd.grad(scores.sum(), leaf)[0].isfinite().all()


@every_metric
def test_a_metric_travels_between_processes(key: str) -> None:
    measure = built(key, 3)
    for other in (
        pickle.loads(pickle.dumps(measure)),
        copy.deepcopy(measure),
        metric(key, **measure.options),
    ):
        assert other == measure and hash(other) == hash(measure)
        assert other.score(matrices(1, 3)[0]) == measure.score(matrices(1, 3)[0])


def test_metrics_and_losses_have_names_of_their_own() -> None:
    assert len({built(key, 3).label for key in METRICS}) == len(METRICS)
    assert len({spec.label for spec in METRICS.values()}) == len(METRICS)
    assert len({spec.label for spec in LOSSES.values()}) == len(LOSSES)


# Losses, each with each metric


@every_loss
@every_metric
@pytest.mark.parametrize("device", devices)
def test_p9_a_loss_over_lanes_is_each_lanes_loss(loss_key: str, key: str, device: str) -> None:
    loss = built_loss(loss_key, key, 4).to(device)
    logits = drawn(2, 3, 25, 4).to(device).requires_grad_()
    targets = drawn_targets(2, 3, 25, classes=4).to(device)
    values = loss(logits, targets, 0.4)
    assert values.shape == (2, 3)
    gradient = torch.autograd.grad(values.sum(), logits)[0]
    for row in range(2):
        for column in range(3):
            alone = logits[row, column].detach().clone().requires_grad_()
            value = loss(alone, targets[row, column], 0.4)
            assert value.shape == ()
            torch.testing.assert_close(value, values[row, column])
            torch.testing.assert_close(torch.autograd.grad(value, alone)[0], gradient[row, column])


@every_loss
@every_metric
@pytest.mark.parametrize("progress", [0.0, 1.0])
def test_p4_a_loss_passes_gradcheck_and_ignores_a_shift_of_the_logits(
    loss_key: str, key: str, progress: float
) -> None:
    loss, targets = built_loss(loss_key, key, 3), drawn_targets(12, classes=3)
    logits = drawn(12, 3, seed=7).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda values: loss(values, targets, progress), (logits,), eps=1e-7, atol=1e-5
    )
    value = loss(logits, targets, progress)
    torch.testing.assert_close(loss(logits + drawn(12, 1, scale=20), targets, progress), value)
    gradient = torch.autograd.grad(value, logits)[0]
    assert gradient.abs().max() > 0 and gradient.sum(dim=-1).abs().max() < 1e-12


@every_loss
@every_metric
@pytest.mark.parametrize("classes", [2, 5, 1000])
def test_p4_a_loss_is_finite_at_ties_and_saturation(loss_key: str, key: str, classes: int) -> None:
    right = torch.full((classes, classes), -1e4).fill_diagonal_(1e4)
    wrong = right.roll(1, dims=1)
    tied = torch.zeros(classes, classes)
    loss, targets = built_loss(loss_key, key, classes), torch.arange(classes)
    for progress in (0.0, 1.0):
        for logits in (right, wrong, tied, drawn(classes, classes, scale=1e4).float()):
            leaf = logits.clone().requires_grad_()
            value = loss(leaf, targets, progress)
            assert value.isfinite() and torch.autograd.grad(value, leaf)[0].isfinite().all()


@every_loss
@every_metric
@pytest.mark.parametrize("classes", CLASSES)
def test_p6_a_loss_vanishes_for_a_perfect_classifier_and_not_for_a_wrong_one(
    loss_key: str, key: str, classes: int
) -> None:
    right = torch.full((classes, classes), -1e4).fill_diagonal_(1e4)
    loss, targets = built_loss(loss_key, key, classes), torch.arange(classes)
    for progress in (0.0, 0.5, 1.0):
        assert float(loss(right, targets, progress)) == pytest.approx(0, abs=1e-6)
        assert float(loss(right.roll(1, dims=1), targets, progress)) > 0.5


@every_metric
@pytest.mark.parametrize("loss_key", ["east_paper", "soft_metric"])
def test_p6_the_surrogate_alone_falls_to_the_metrics_worst(loss_key: str, key: str) -> None:
    measure, loss = built(key, 2), built_loss(loss_key, key, 2)
    swapped, targets = torch.tensor([[-1e4, 1e4], [1e4, -1e4]]), torch.arange(2)
    assert float(loss(swapped, targets, 0.0)) == pytest.approx(measure.best - measure.worst)


@every_loss
@every_metric
def test_a_loss_has_no_memory_and_no_sense_of_order(loss_key: str, key: str) -> None:
    loss, logits, targets = built_loss(loss_key, key, 4), drawn(30, 4), drawn_targets(30, classes=4)
    first = loss(logits, targets, 0.2)
    loss(drawn(30, 4, seed=5), targets, 0.9)
    assert torch.equal(loss(logits, targets, 0.2), first)
    order = torch.randperm(30, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(loss(logits[order], targets[order], 0.2), first)
    assert not list(loss.parameters())


@every_loss
def test_a_loss_names_its_annealing_or_none_and_computes_in_single_precision_at_least(loss_key: str) -> None:
    loss, targets = built_loss(loss_key, "fbeta", 4), drawn_targets(30, classes=4)
    assert loss.annealing is None or isinstance(loss.annealing, Annealing)
    for given, computed in (
        (torch.float16, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ):
        assert loss(drawn(30, 4).to(given), targets, 0.1).dtype == computed


@every_loss
def test_a_class_without_a_row_in_training_or_batch_is_no_trouble(loss_key: str) -> None:
    for key in METRICS:
        loss = build_loss(loss_key, built(key, 3), [10, 5, 0])
        logits = drawn(20, 3).requires_grad_()
        value = loss(logits, drawn_targets(20, classes=2), 0.5)
        assert value.isfinite() and torch.autograd.grad(value, logits)[0].isfinite().all()
