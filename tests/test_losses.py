"""The losses against torch's own, loops in double precision and the properties of the method."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch import Tensor
from torch.nn import functional

from east.annealing import Annealing, Sharpness
from east.errors import SettingError
from east.losses import (
    LOSSES,
    PAPER_ANNEALING,
    RECOMMENDED_ANCHOR,
    CrossEntropy,
    EASTLoss,
    Focal,
    SoftMetric,
    balanced_weights,
    build_loss,
    log_priors,
    metric_offsets,
    regret,
)
from east.metrics import METRICS, metric

pytestmark = pytest.mark.usefixtures("one_thread")

COUNTS = (50, 20, 9, 1)
F1 = metric("fbeta")


def drawn(*shape: int, seed: int = 0, scale: float = 3.0) -> Tensor:
    return scale * torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def drawn_targets(*shape: int, classes: int = 4, seed: int = 1) -> Tensor:
    return torch.randint(classes, shape, generator=torch.Generator().manual_seed(seed))


def by_hand(value: Callable[[np.ndarray, int], float], logits: Tensor, targets: Tensor) -> float:
    """The mean of `value(probabilities, target)` over samples, in a loop."""
    total = 0.0
    for row, target in zip(logits.numpy(), targets.tolist(), strict=True):
        p = np.exp(row - row.max())
        total += value(p / p.sum(), target)
    return total / len(targets)


# Rivals


def test_cross_entropy_is_torchs() -> None:
    logits, targets = drawn(80, 4), drawn_targets(80)
    expected = functional.cross_entropy(logits, targets)
    torch.testing.assert_close(CrossEntropy()(logits, targets), expected)


def test_class_weighted_cross_entropy_is_torchs_with_scikit_learns_balanced_weights() -> None:
    logits, targets = drawn(80, 4), drawn_targets(80)
    labels = np.repeat(range(4), COUNTS)
    weights = compute_class_weight("balanced", classes=np.arange(4), y=labels)
    assert balanced_weights(COUNTS) == pytest.approx(weights.tolist())
    expected = functional.cross_entropy(logits, targets, weight=torch.from_numpy(weights))
    loss = build_loss("weighted_cross_entropy", F1, COUNTS)
    torch.testing.assert_close(loss(logits, targets), expected, rtol=1e-6, atol=1e-7)


def test_an_absent_class_counts_as_one_row() -> None:
    assert balanced_weights([6, 0]) == [0.5, 3.0]
    assert log_priors([6, 0]) == pytest.approx([0.0, -math.log(6)])


def test_logit_adjusted_is_cross_entropy_of_logits_plus_log_priors() -> None:
    logits, targets = drawn(80, 4), drawn_targets(80)
    shares = np.array(COUNTS) / sum(COUNTS)

    def value(p: np.ndarray, target: int) -> float:
        shifted = p * shares
        return -math.log(shifted[target] / shifted.sum())

    loss = build_loss("logit_adjusted", F1, COUNTS)
    assert float(loss(logits, targets)) == pytest.approx(by_hand(value, logits, targets), rel=1e-6)


def test_metric_adjusted_is_cross_entropy_of_logits_plus_the_metrics_offsets() -> None:
    logits, targets = drawn(80, 4), drawn_targets(80)
    expected = functional.cross_entropy(logits + torch.tensor(metric_offsets(F1, COUNTS)), targets)
    torch.testing.assert_close(build_loss("metric_adjusted", F1, COUNTS)(logits, targets), expected)


def test_offsets_are_none_for_accuracy_and_the_log_priors_for_balanced_accuracy() -> None:
    assert metric_offsets(metric("accuracy"), COUNTS) == pytest.approx([0.0] * 4)
    assert metric_offsets(metric("fbeta", average="micro"), COUNTS) == pytest.approx([0.0] * 4)
    priors = np.log(np.array(COUNTS) / sum(COUNTS))
    for measure in (metric("balanced_accuracy"), metric("recall")):
        assert metric_offsets(measure, COUNTS) == pytest.approx(priors - priors.mean())


@pytest.mark.parametrize("key", METRICS)
def test_offsets_have_mean_zero_and_are_none_where_classes_are_alike(key: str) -> None:
    measure = metric(key, **({"matrix": np.eye(3)} if key == "gain" else {}))
    assert sum(metric_offsets(measure, (90, 20, 0))) == pytest.approx(0, abs=1e-9)
    assert metric_offsets(measure, (40, 40, 40)) == pytest.approx([0.0] * 3, abs=1e-9)


@pytest.mark.parametrize("beta", [0.25, 1.0, 2.0])
def test_the_offsets_of_macro_f_are_its_prices_written_out(beta: float) -> None:
    """Two classes: F_k = (1 + b) h_k / (b n_k + m_k), whose slopes are worked out here by hand."""
    counts, chance, b = np.array([80.0, 20.0]), 0.3, beta**2
    matrix = (1 - chance) * np.diag(counts) + chance * np.outer(counts, counts) / counts.sum()
    hits, under = matrix.diagonal(), b * counts + matrix.sum(axis=0)
    # One sample moved from its own column to the other: a hit less here, and the predicted counts change.
    found, taken = (1 + b) / under, (1 + b) * hits / under**2
    lost = [(found[0] - taken[0]) + taken[1], (found[1] - taken[1]) + taken[0]]
    offsets = metric_offsets(metric("fbeta", beta=beta), (80, 20), chance)
    assert offsets[0] - offsets[1] == pytest.approx(math.log(lost[1] / lost[0]))
    assert (offsets[0] > offsets[1]) == (beta >= 1)


def test_the_offsets_of_gains_are_the_log_ratio_of_what_mistakes_cost() -> None:
    gains = metric("gain", matrix=[[1, -3], [0, 2]])
    offsets = metric_offsets(gains, (30, 10))
    assert offsets[0] - offsets[1] == pytest.approx(math.log(2 / 4))
    free = metric_offsets(metric("gain", matrix=[[1, 1], [0, 2]]), (30, 10))
    assert free[0] - free[1] == pytest.approx(math.log(1000)), (
        "a mistake without a price is not infinitely cheap"
    )


def test_offsets_ask_for_the_metrics_own_number_of_classes() -> None:
    with pytest.raises(SettingError, match="one row and one column per class"):
        metric_offsets(metric("gain", matrix=np.eye(2)), COUNTS)


def test_offsets_are_worked_out_where_nothing_else_is_differentiated() -> None:
    expected = metric_offsets(F1, COUNTS)
    with torch.no_grad():
        assert metric_offsets(F1, COUNTS) == expected
    with torch.inference_mode():
        assert metric_offsets(F1, COUNTS) == expected


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
def test_focal_is_its_formula(gamma: float) -> None:
    logits, targets = drawn(80, 4), drawn_targets(80)

    def value(p: np.ndarray, target: int) -> float:
        return float(-((1 - p[target]) ** gamma) * math.log(p[target]))

    assert float(Focal(gamma)(logits, targets)) == pytest.approx(by_hand(value, logits, targets), rel=1e-9)
    if gamma == 0:
        torch.testing.assert_close(Focal(gamma)(logits, targets), functional.cross_entropy(logits, targets))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_focal_has_a_finite_gradient_where_a_sample_is_certain(gamma: float) -> None:
    logits = torch.tensor([[1e4, 0.0], [0.0, 1e4], [30.0, 0.0], [0.1, 0.0]]).requires_grad_()
    loss = Focal(gamma)(logits, torch.tensor([0, 0, 0, 0]))
    assert loss.isfinite() and torch.autograd.grad(loss, logits)[0].isfinite().all()


def test_the_plain_soft_matrix_is_the_metric_of_summed_probabilities() -> None:
    logits, targets = drawn(80, 4), drawn_targets(80)
    probabilities = logits.softmax(dim=-1).numpy()
    matrix = np.stack([probabilities[targets.numpy() == true].sum(axis=0) for true in range(4)])
    assert float(SoftMetric(F1)(logits, targets)) == pytest.approx(1 - F1.score(matrix), abs=1e-12)
    anchored = float(SoftMetric(F1, anchor=0.25)(logits, targets))
    cross_entropy = float(functional.cross_entropy(logits, targets))
    assert anchored == pytest.approx(1 - F1.score(matrix) + 0.25 * cross_entropy, abs=1e-12)


# EAST


def membership_by_hand(p: np.ndarray, sharpness: Sharpness) -> np.ndarray:
    second, first = np.sort(p)[-2:]
    tau = (first + second) / 2
    w = sharpness.omega * min(tau, 1 - tau)
    low, high = tau - w / 2, tau + w / 2
    below = sharpness.delta * p / low
    above = 1 - sharpness.delta * (1 - p) / (1 - high)
    band = 0.5 + (1 - 2 * sharpness.delta) * (p - tau) / w
    heights = np.select([p < low, p > high], [below, above], band)
    return np.asarray(heights / heights.sum())


@pytest.mark.parametrize("anchor", [0.0, 0.3])
@pytest.mark.parametrize("progress", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("key", ["accuracy", "fbeta", "mcc"])
def test_east_is_the_regret_of_the_annealed_soft_matrix_plus_its_anchor(
    key: str, progress: float, anchor: float
) -> None:
    logits, targets = drawn(80, 4), drawn_targets(80)
    annealing = Annealing(Sharpness(0.4, 1.0), Sharpness(0.1, 0.2))
    sharpness = Sharpness(0.4 - 0.3 * progress, 1.0 - 0.8 * progress)
    matrix = np.zeros((4, 4))
    for row, target in zip(logits.softmax(dim=-1).numpy(), targets.tolist(), strict=True):
        matrix[target] += membership_by_hand(row, sharpness)
    expected = 1 - metric(key).score(matrix) + anchor * float(functional.cross_entropy(logits, targets))
    loss = EASTLoss(metric(key), annealing, anchor)
    assert float(loss(logits, targets, progress)) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("key", ["east", "soft_metric_anchored"])
def test_the_anchor_leans_as_the_metric_does_when_the_class_counts_are_known(key: str) -> None:
    logits, targets = drawn(80, 4), drawn_targets(80)
    leaning = logits + torch.tensor(metric_offsets(F1, COUNTS))
    plain = EASTLoss(F1) if key == "east" else SoftMetric(F1, RECOMMENDED_ANCHOR)
    change = functional.cross_entropy(leaning, targets) - functional.cross_entropy(logits, targets)
    found = build_loss(key, F1, COUNTS)(logits, targets, 0.3) - plain(logits, targets, 0.3)
    torch.testing.assert_close(found, RECOMMENDED_ANCHOR * change)


def test_a_gains_regret_is_scaled_to_its_own_range() -> None:
    gains = metric("gain", matrix=[[10, -30], [0, 2]])
    matrix = torch.tensor([[3.0, 1.0], [0.0, 4.0]])
    assert float(regret(gains, matrix)) == pytest.approx((10 - (30 - 30 + 8) / 8) / 40)
    assert float(regret(metric("accuracy"), matrix)) == pytest.approx(1 / 8)


def test_a_loss_has_no_memory() -> None:
    logits, targets, loss = drawn(40, 4), drawn_targets(40), EASTLoss(F1)
    first = [float(loss(logits, targets, progress)) for progress in (0.0, 0.5, 1.0)]
    again = [float(loss(logits, targets, progress)) for progress in (1.0, 0.5, 0.0)]
    assert first == again[::-1] and len(set(first)) == 3
    assert not list(loss.parameters()) and not loss.state_dict()
    assert not EASTLoss(F1, class_counts=COUNTS).state_dict()


def test_the_annealing_is_followed_and_the_papers_loss_has_no_anchor() -> None:
    paper = build_loss("east_paper", F1, COUNTS)
    assert isinstance(paper, EASTLoss) and paper.anchor == 0 and paper.annealing == PAPER_ANNEALING
    logits, targets = drawn(40, 4), drawn_targets(40)
    for progress in (0.0, 1.0):
        still = Annealing(PAPER_ANNEALING.at(progress), PAPER_ANNEALING.at(progress))
        alone = EASTLoss(F1, still, anchor=0.0)
        assert float(paper(logits, targets, progress)) == pytest.approx(float(alone(logits, targets)))


@pytest.mark.parametrize("classes", [2, 3, 10, 100])
@pytest.mark.parametrize("margin", [5.0, 50.0, 1e4])
def test_p4_a_confidently_wrong_sample_is_never_silently_without_gradient(
    classes: int, margin: float
) -> None:
    """The anchor sees to it; the paper's pieces alone pass nothing through a saturated softmax."""
    logits = torch.zeros(8, classes)
    logits[:, 0] = margin
    targets = torch.arange(8) % (classes - 1) + 1
    leaf = logits.requires_grad_()
    gradient = torch.autograd.grad(build_loss("east", F1, [1] * classes)(leaf, targets, 0.0), leaf)[0]
    assert gradient.isfinite().all()
    assert (gradient.gather(1, targets.unsqueeze(1)) < -1e-4).all()
    assert (gradient[:, 0] > 1e-4).all()
    if margin == 1e4:
        paper = build_loss("east_paper", F1, [1] * classes)(leaf, targets, 0.0)
        assert torch.autograd.grad(paper, leaf)[0].abs().max() == 0


# Precision and compilation


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("key", LOSSES)
def test_p4_under_autocast_the_loss_computes_in_single_precision(key: str, dtype: torch.dtype) -> None:
    """Only the logits are rounded; had the loss run in half precision, 3,000 rows would drown in rounding."""
    weight, features = drawn(8, 4, seed=3, scale=1).float().requires_grad_(), drawn(3000, 8, scale=1).float()
    targets, loss = drawn_targets(3000), build_loss(key, F1, COUNTS)
    with torch.autocast("cpu", dtype=dtype):
        logits = features @ weight
        value = loss(logits, targets, 0.3)
    assert logits.dtype == dtype and value.dtype == torch.float32
    expected = loss(logits.detach().double(), targets, 0.3)
    assert float(value.detach()) == pytest.approx(float(expected), rel=1e-5)
    gradient = torch.autograd.grad(value, weight)[0]
    assert gradient.dtype == torch.float32 and gradient.isfinite().all() and gradient.abs().max() > 0


def test_the_loss_compiles_into_one_graph_that_serves_all_progress() -> None:
    """Without graph breaks, and without a new graph for every moment of the annealing."""
    from torch._dynamo.testing import CompileCounterWithBackend  # over a second, which no other test needs

    logits, targets = drawn(64, 5).float().requires_grad_(), drawn_targets(64, classes=5)
    loss, counter = EASTLoss(F1), CompileCounterWithBackend("aot_eager")
    torch._dynamo.reset()
    compiled = torch.compile(loss, fullgraph=True, backend=counter)
    for progress in (0.0, 0.1, 0.25, 0.5, 0.77, 1.0):
        value, expected = compiled(logits, targets, progress), loss(logits, targets, progress)
        torch.testing.assert_close(value, expected)
        gradient = torch.autograd.grad(value, logits)[0]
        torch.testing.assert_close(gradient, torch.autograd.grad(expected, logits)[0])
    # The first number is taken for a constant, the second makes the graph general.
    assert counter.frame_count <= 2


# Names and refusals


def test_every_loss_has_a_name_for_people() -> None:
    labels = [spec.label for spec in LOSSES.values()]
    assert len(set(labels)) == len(labels) and LOSSES["east"].label == "EAST"
    assert "no anchor" in LOSSES["east_paper"].label
    assert len({spec.hint for spec in LOSSES.values()}) == len(labels)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: build_loss("hinge", F1, COUNTS), "There is no such loss: got 'hinge'; choose one of east, "),
        (lambda: EASTLoss(F1, anchor=-1), "The anchor must be a number from 0 up: got -1; use"),
        (lambda: EASTLoss(F1, anchor=math.nan), "The anchor must be a number from 0 up: got nan; use"),
        (lambda: Focal(-1), "gamma must be a number from 0 up: got -1; use"),
    ],
)
def test_a_loss_that_cannot_be_is_refused(build: Callable[[], object], sentence: str) -> None:
    with pytest.raises(SettingError, match=f"^{sentence}"):
        build()
