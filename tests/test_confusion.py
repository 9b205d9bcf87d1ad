"""P1 to P4, P8 and P9 of the method: threshold, Heaviside, membership, matrices and their gradients."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix
from torch import Tensor

from east.annealing import Sharpness
from east.confusion import (
    dynamic_threshold,
    hard_confusion,
    heaviside,
    membership,
    rows_of_class,
    soft_confusion,
    sum_by_class,
    top_two,
)
from east.losses.fused import soft_confusion_of_logits

pytestmark = pytest.mark.usefixtures("one_thread")

Floats = NDArray[np.float64]

SHARPNESSES = [
    Sharpness(0.2, 1.0),
    Sharpness(0.4, 1.0),  # the band is flatter than what lies below it
    Sharpness(0.25, 1.0),  # and here as steep
    Sharpness(0.2, 0.5),
    Sharpness(0.01, 0.1),
    Sharpness(0.0, 0.3),
    Sharpness(0.49, 0.02),
]
# A busy machine is no failure, and a failure must come again.
unhurried = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
# Not closer to 1/2 than this: (1 - 2 delta) would vanish in the rounding of what it is multiplied with.
sharpnesses = st.builds(Sharpness, st.floats(0, 0.499), st.floats(1e-3, 1))
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


def drawn(*shape: int, seed: int = 0, scale: float = 3.0, dtype: torch.dtype = torch.float64) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)


def drawn_targets(*shape: int, classes: int, seed: int = 0) -> Tensor:
    return torch.randint(classes, shape, generator=torch.Generator().manual_seed(seed + 1))


def heaviside_by_hand(p: float, tau: float, sharpness: Sharpness) -> float:
    """The definition, one number at a time."""
    w = sharpness.omega * min(tau, 1 - tau)
    low, high = tau - w / 2, tau + w / 2
    if p < low:
        return sharpness.delta * p / low
    if p > high:
        return 1 - sharpness.delta * (1 - p) / (1 - high)
    return 0.5 + (1 - 2 * sharpness.delta) * (p - tau) / w


def soft_confusion_by_hand(logits: Floats, targets: NDArray[np.int64], sharpness: Sharpness) -> Floats:
    """Loops over samples and classes, `[B, K]` and `[B]` to `[K, K]`."""
    matrix = np.zeros((logits.shape[1], logits.shape[1]))
    for row, target in zip(logits, targets, strict=True):
        p = np.exp(row - row.max())
        p /= p.sum()
        second, first = np.sort(p)[-2:]
        heights = np.array([heaviside_by_hand(value, (first + second) / 2, sharpness) for value in p])
        matrix[target] += heights / heights.sum()
    return matrix


def autograd_reference(
    logits: Tensor, targets: Tensor, sharpness: Sharpness, offsets: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """What `soft_confusion_of_logits` is, from the readable pieces."""
    matrix = soft_confusion(logits.softmax(dim=-1), targets, sharpness)
    log_probabilities = (logits if offsets is None else logits + offsets).log_softmax(dim=-1)
    return matrix, log_probabilities.gather(-1, targets.unsqueeze(-1)).squeeze(-1)


# The pieces


@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
def test_exactly_one_class_lies_above_the_dynamic_threshold(classes: int) -> None:
    probabilities = drawn(500, classes).softmax(dim=-1)
    threshold = dynamic_threshold(probabilities)
    ordered = probabilities.sort(dim=-1, descending=True).values
    assert torch.equal(threshold, (ordered[:, :1] + ordered[:, 1:2]) / 2)
    above = probabilities > threshold
    assert (above.sum(dim=-1) == 1).all()
    assert torch.equal(above.int().argmax(dim=-1), probabilities.argmax(dim=-1))


def test_for_two_classes_the_threshold_is_one_half() -> None:
    threshold = dynamic_threshold(drawn(300, 2, scale=8).softmax(dim=-1))
    torch.testing.assert_close(threshold, torch.full_like(threshold, 0.5), rtol=0, atol=1e-15)


def test_the_two_largest_are_found_with_their_places_even_when_tied() -> None:
    top = top_two(torch.tensor([[0.1, 0.5, 0.4], [0.4, 0.4, 0.2], [1.0, 0.0, 0.0]]))
    assert top.first.flatten().tolist() == pytest.approx([0.5, 0.4, 1.0])
    assert top.second.flatten().tolist() == pytest.approx([0.4, 0.4, 0.0])
    assert top.first_index[0] == 1 and top.second_index[0] == 2
    assert (top.first_index != top.second_index).all()


@unhurried
@given(st.floats(0.01, 0.99), sharpnesses, st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_the_heaviside_joins_its_three_points_and_increases(
    tau: float, sharpness: Sharpness, probabilities: list[float]
) -> None:
    p = torch.tensor([0.0, tau, 1.0, *probabilities], dtype=torch.float64)
    heights = heaviside(p, torch.tensor(tau, dtype=torch.float64), sharpness)
    assert heights[:3].tolist() == pytest.approx([0, 0.5, 1], abs=1e-9)
    assert ((heights > -1e-12) & (heights < 1 + 1e-12)).all()
    ordered = heights[p.argsort()]
    assert (ordered.diff() >= -1e-9).all()
    expected = [heaviside_by_hand(value, tau, sharpness) for value in p.tolist()]
    assert heights.tolist() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("sharpness", SHARPNESSES)
def test_the_heaviside_is_continuous_at_the_edges_of_its_band(sharpness: Sharpness) -> None:
    tau = torch.tensor([0.05, 0.3, 0.5, 0.8], dtype=torch.float64)
    width = sharpness.omega * torch.minimum(tau, 1 - tau)
    for edge, height in ((tau - width / 2, sharpness.delta), (tau + width / 2, 1 - sharpness.delta)):
        for side in (-1e-12, 1e-12):
            heights = heaviside(edge + side, tau, sharpness)
            torch.testing.assert_close(heights, torch.full_like(tau, height), rtol=0, atol=1e-7)


# P1 to P3


@unhurried
@given(st.integers(2, 40), sharpnesses, st.integers(0, 2**32 - 1), st.floats(0.01, 30))
def test_p1_the_membership_has_the_argmax_of_the_probabilities(
    classes: int, sharpness: Sharpness, seed: int, scale: float
) -> None:
    probabilities = drawn(20, classes, seed=seed, scale=scale).softmax(dim=-1)
    top = top_two(probabilities)
    tie_free = (top.first - top.second).squeeze(-1) > 1e-9
    members = membership(probabilities, sharpness)
    same = members.argmax(dim=-1) == probabilities.argmax(dim=-1)
    assert same[tie_free].all()


@pytest.mark.parametrize("classes", [2, 3, 26, 1000])
@pytest.mark.parametrize("sharpness", SHARPNESSES)
def test_p1_and_p2_hold_from_two_to_a_thousand_classes(classes: int, sharpness: Sharpness) -> None:
    probabilities = drawn(200, classes, scale=5).softmax(dim=-1)
    members = membership(probabilities, sharpness)
    assert torch.equal(members.argmax(dim=-1), probabilities.argmax(dim=-1))
    assert (members >= 0).all()
    torch.testing.assert_close(members.sum(dim=-1), torch.ones(200, dtype=torch.float64), rtol=0, atol=1e-12)


@unhurried
@given(st.integers(2, 12), st.integers(1, 60), sharpnesses, st.integers(0, 2**32 - 1))
def test_p2_rows_sum_to_the_class_counts_soft_and_hard_alike(
    classes: int, rows: int, sharpness: Sharpness, seed: int
) -> None:
    logits = drawn(3, rows, classes, seed=seed)
    targets = drawn_targets(3, rows, classes=classes, seed=seed)
    counts = torch.stack([lane.bincount(minlength=classes) for lane in targets]).double()
    soft = soft_confusion(logits.softmax(dim=-1), targets, sharpness)
    fused, _ = soft_confusion_of_logits(logits, targets, sharpness)
    hard = hard_confusion(logits.argmax(dim=-1), targets, classes)
    for matrix in (soft, fused, hard.double()):
        assert (matrix >= 0).all()
        torch.testing.assert_close(matrix.sum(dim=-1), counts, rtol=0, atol=1e-11)


@pytest.mark.parametrize("classes", [2, 5, 100])
def test_p3_the_soft_matrix_becomes_the_hard_one(classes: int) -> None:
    logits, targets = drawn(400, classes), drawn_targets(400, classes=classes)
    hard = hard_confusion(logits.argmax(dim=-1), targets, classes).double()
    distances = []
    for step in range(9):
        sharpness = Sharpness(0.3 * 10.0**-step, 10.0**-step)
        matrix, _ = soft_confusion_of_logits(logits, targets, sharpness)
        distances.append(float((matrix - hard).abs().max()))
    assert distances[0] > 1
    assert all(later < now for now, later in pairwise(distances))
    assert distances[-1] < 1e-5


def test_p3_needs_both_values_for_a_fixed_band_never_becomes_a_step() -> None:
    probabilities = torch.tensor([[0.6, 0.4]], dtype=torch.float64)
    assert membership(probabilities, Sharpness(0.0, 1.0))[0, 0] == pytest.approx(0.7)
    assert membership(probabilities, Sharpness(0.0, 0.1))[0, 0] == 1


# The matrices against loops and scikit-learn


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("sharpness", SHARPNESSES)
def test_the_soft_matrix_equals_a_loop_in_double_precision(classes: int, sharpness: Sharpness) -> None:
    logits, targets = drawn(60, classes), drawn_targets(60, classes=classes)
    expected = torch.from_numpy(soft_confusion_by_hand(logits.numpy(), targets.numpy(), sharpness))
    soft = soft_confusion(logits.softmax(dim=-1), targets, sharpness)
    torch.testing.assert_close(soft, expected, rtol=0, atol=1e-11)
    fused, log_likelihood = soft_confusion_of_logits(logits, targets, sharpness)
    torch.testing.assert_close(fused, expected, rtol=0, atol=1e-11)
    cross_entropy = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    torch.testing.assert_close(log_likelihood, -cross_entropy, rtol=0, atol=1e-12)


@unhurried
@given(st.integers(1, 30), st.binary(min_size=2, max_size=120))
def test_the_hard_matrix_equals_scikit_learns(classes: int, drawn_bytes: bytes) -> None:
    labels = (
        np.frombuffer(drawn_bytes[: len(drawn_bytes) // 2 * 2], dtype=np.uint8).astype(np.int64) % classes
    )
    targets, predictions = labels.reshape(2, -1)
    matrix = hard_confusion(torch.from_numpy(predictions), torch.from_numpy(targets), classes)
    assert (matrix.numpy() == confusion_matrix(targets, predictions, labels=range(classes))).all()


@pytest.mark.parametrize("device", devices)
def test_sums_and_rows_by_class_equal_loops_in_every_lane(device: str) -> None:
    rows, targets = drawn(2, 3, 50, 4), drawn_targets(2, 3, 50, classes=4)
    sums = sum_by_class(rows.to(device), targets.to(device)).cpu()
    picked = rows_of_class(sums.to(device), targets.to(device)).cpu()
    for lane in np.ndindex(2, 3):
        for true in range(4):
            expected = rows[lane][targets[lane] == true].sum(dim=0)
            torch.testing.assert_close(sums[lane][true], expected, rtol=0, atol=1e-12)
        for sample in range(50):
            assert torch.equal(picked[lane][sample], sums[lane][targets[lane][sample]])


def test_no_rows_give_empty_matrices() -> None:
    targets = torch.empty(2, 0, dtype=torch.long)
    assert torch.equal(hard_confusion(targets, targets, 3), torch.zeros(2, 3, 3))
    assert torch.equal(soft_confusion(torch.empty(2, 0, 3), targets, SHARPNESSES[0]), torch.zeros(2, 3, 3))


# P4, gradients


@pytest.mark.parametrize("sharpness", SHARPNESSES)
@pytest.mark.parametrize("classes", [2, 3, 8])
def test_p4_gradcheck_in_double_precision(classes: int, sharpness: Sharpness) -> None:
    logits = drawn(6, classes, seed=classes).requires_grad_()
    targets = drawn_targets(6, classes=classes)
    assert torch.autograd.gradcheck(
        lambda values: soft_confusion_of_logits(values, targets, sharpness), (logits,), eps=1e-7, atol=1e-5
    )
    assert torch.autograd.gradcheck(
        lambda values: soft_confusion(values.softmax(dim=-1), targets, sharpness),
        (logits,),
        eps=1e-7,
        atol=1e-5,
    )


@pytest.mark.parametrize("device", devices)
@pytest.mark.parametrize("sharpness", SHARPNESSES)
@pytest.mark.parametrize("with_offsets", [False, True])
@pytest.mark.parametrize("classes", [2, 3, 10, 100, 1000])
def test_p4_the_written_backward_equals_autograd_of_the_membership(
    classes: int, with_offsets: bool, sharpness: Sharpness, device: str
) -> None:
    offsets = drawn(classes, seed=7).to(device) if with_offsets else None
    logits = drawn(2, 30, classes).to(device).requires_grad_()
    targets = drawn_targets(2, 30, classes=classes).to(device)
    to_matrix = drawn(2, classes, classes, seed=5, scale=1).to(device)
    to_likelihood = drawn(2, 30, seed=6, scale=1).to(device)
    gradients = []
    for function in (soft_confusion_of_logits, autograd_reference):
        matrix, log_likelihood = function(logits, targets, sharpness, offsets)
        total = (matrix * to_matrix).sum() + (log_likelihood * to_likelihood).sum()
        gradients += [torch.autograd.grad(total, logits)[0], matrix.detach(), log_likelihood.detach()]
    for mine, reference in zip(gradients[:3], gradients[3:], strict=True):
        torch.testing.assert_close(mine, reference, rtol=1e-9, atol=1e-11)


def test_p4_a_backward_leaves_what_it_was_given_as_it_was() -> None:
    logits, targets = drawn(30, 5).requires_grad_(), drawn_targets(30, classes=5)
    before, sharpness = logits.detach().clone(), Sharpness(0.2, 0.5)
    matrix, log_likelihood = soft_confusion_of_logits(logits, targets, sharpness)
    total = (matrix**2).sum() + (log_likelihood**2).sum()
    first, second = (torch.autograd.grad(total, logits, retain_graph=True)[0] for _ in range(2))
    assert torch.equal(first, second)
    assert torch.equal(logits, before)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sharpness", SHARPNESSES)
@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
def test_p4_everything_is_finite_at_ties_and_saturation(
    classes: int, sharpness: Sharpness, dtype: torch.dtype
) -> None:
    pair = torch.zeros(classes)
    pair[-2:] = 4.0
    extremes = torch.full((classes,), -1e4)
    extremes[0] = 1e4
    both = extremes.clone()
    both[-1] = 1e4
    rows = [torch.zeros(classes), pair, extremes, both, drawn(classes, scale=1e4).clamp(-1e4, 1e4)]
    logits = torch.stack([row.to(dtype) for row in rows]).requires_grad_()
    offsets = torch.linspace(-7, 7, classes, dtype=dtype)
    cases = product((0, classes - 1), (soft_confusion_of_logits, autograd_reference), (None, offsets))
    for target, function, added in cases:
        targets = torch.full((len(rows),), target)
        matrix, log_likelihood = function(logits, targets, sharpness, added)
        assert matrix.isfinite().all() and log_likelihood.isfinite().all()
        row_sums = matrix.detach().sum(dim=-1)
        assert row_sums[target] == pytest.approx(len(rows), rel=1e-5) and row_sums.sum() == row_sums[target]
        weights = torch.arange(matrix.numel(), dtype=dtype).reshape(matrix.shape)
        total = (matrix * weights).sum() + log_likelihood.sum()
        assert torch.autograd.grad(total, logits)[0].isfinite().all()


def test_p4_ties_are_split_evenly_and_the_matrix_is_continuous_there() -> None:
    for sharpness in SHARPNESSES:
        tied, _ = soft_confusion_of_logits(torch.zeros(1, 4).double(), torch.tensor([2]), sharpness)
        torch.testing.assert_close(tied[2], torch.full((4,), 0.25, dtype=torch.float64))
        nudge = torch.tensor([[0.0, 1e-12, 0.0, -1e-12]], dtype=torch.float64)
        near, _ = soft_confusion_of_logits(nudge, torch.tensor([2]), sharpness)
        torch.testing.assert_close(near, tied, rtol=0, atol=1e-9)


def test_p4_single_precision_agrees_with_double() -> None:
    logits, targets = drawn(300, 6), drawn_targets(300, classes=6)
    for sharpness in SHARPNESSES[:6]:
        double, _ = soft_confusion_of_logits(logits, targets, sharpness)
        single, _ = soft_confusion_of_logits(logits.float(), targets, sharpness)
        assert single.dtype == torch.float32
        torch.testing.assert_close(single.double(), double, rtol=1e-4, atol=1e-3)


# P8 and P9


def predecessor_soft_set(p: float, y: int, delta: float, omega: float) -> tuple[float, float, float, float]:
    """TP, FN, FP and TN of one sample in Tsoi et al. (NeurIPS 2022) at tau = 1/2, slopes and offsets as there.

    Their Heaviside has tau_m = min(tau, 1 - tau); here the band is omega times as wide.
    """
    tau, tau_m = 0.5, 0.5 * omega
    slopes = delta / (tau - tau_m / 2), (1 - 2 * delta) / tau_m, delta / (1 - tau - tau_m / 2)
    if p < tau - tau_m / 2:
        positive = slopes[0] * p
    elif p > tau + tau_m / 2:
        positive = slopes[2] * p + (1 - delta - slopes[2] * (tau + tau_m / 2))
    else:
        positive = slopes[1] * p + (0.5 - slopes[1] * tau)
    return positive * y, (1 - positive) * y, positive * (1 - y), (1 - positive) * (1 - y)


@unhurried
@given(sharpnesses, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=30))
def test_p8_for_two_classes_it_is_the_predecessors_soft_set(
    sharpness: Sharpness, samples: list[tuple[float, int]]
) -> None:
    sets = [predecessor_soft_set(p, y, sharpness.delta, sharpness.omega) for p, y in samples]
    tp, fn, fp, tn = np.sum(sets, axis=0)
    positive = torch.tensor([p for p, _ in samples], dtype=torch.float64)
    targets = torch.tensor([y for _, y in samples])
    matrix = soft_confusion(torch.stack([1 - positive, positive], dim=-1), targets, sharpness)
    torch.testing.assert_close(matrix.flatten().tolist(), [tn, fp, fn, tp], rtol=0, atol=1e-9)


@pytest.mark.parametrize("device", devices)
def test_p9_lanes_equal_each_lane_alone(device: str) -> None:
    logits = drawn(2, 3, 40, 5).to(device).requires_grad_()
    targets = drawn_targets(2, 3, 40, classes=5).to(device)
    weights = drawn(5, 5, seed=9).to(device)
    sharpness = Sharpness(0.3, 0.7)
    matrix, log_likelihood = soft_confusion_of_logits(logits, targets, sharpness)
    total = (matrix**2 * weights).sum() + log_likelihood.sum()
    gradient = torch.autograd.grad(total, logits)[0]
    hard = hard_confusion(logits.argmax(dim=-1), targets, 5)
    for lane in np.ndindex(2, 3):
        alone = logits[lane].detach().clone().requires_grad_()
        lane_matrix, lane_likelihood = soft_confusion_of_logits(alone, targets[lane], sharpness)
        lane_total = (lane_matrix**2 * weights).sum() + lane_likelihood.sum()
        torch.testing.assert_close(matrix[lane], lane_matrix, rtol=0, atol=1e-12)
        torch.testing.assert_close(log_likelihood[lane], lane_likelihood, rtol=0, atol=1e-12)
        torch.testing.assert_close(
            gradient[lane], torch.autograd.grad(lane_total, alone)[0], rtol=0, atol=1e-12
        )
        assert torch.equal(hard[lane], hard_confusion(alone.argmax(dim=-1), targets[lane], 5))


@unhurried
@given(st.permutations(range(6)), sharpnesses)
def test_renaming_the_classes_renames_rows_and_columns(order: list[int], sharpness: Sharpness) -> None:
    logits, targets = drawn(50, 6), drawn_targets(50, classes=6)
    matrix, _ = soft_confusion_of_logits(logits, targets, sharpness)
    places = torch.tensor(order)
    renamed, _ = soft_confusion_of_logits(logits[:, places], places.argsort()[targets], sharpness)
    torch.testing.assert_close(renamed, matrix[places][:, places], rtol=0, atol=1e-11)
