"""The stacked network against ordinary modules of torch, lane by lane."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from east import network
from east.network import LaneNetwork, Layout, predict_probabilities

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")
WIDTHS = (5, 8, 6, 3)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def linears_of(module: nn.Sequential) -> list[nn.Linear]:
    return [layer for layer in module if isinstance(layer, nn.Linear)]


def module_of(lanes: LaneNetwork, lane: int) -> nn.Sequential:
    """The same perceptron as one lane, from torch's own layers."""
    layers: list[nn.Module] = []
    for weight, bias in lanes.lane_weights(lanes.parameters, lane):
        linear = nn.Linear(*weight.shape)
        linear.weight.data, linear.bias.data = torch.from_numpy(weight.T.copy()), torch.from_numpy(bias)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def test_the_layout_covers_every_parameter_once() -> None:
    layout = Layout(WIDTHS)
    assert layout.size == 5 * 8 + 8 + 8 * 6 + 6 + 6 * 3 + 3
    numbered = torch.arange(2 * layout.size).reshape(2, layout.size)
    views = layout.views(numbered)
    assert [tuple(view.shape) for view in views] == [
        (2, 5, 8), (2, 1, 8), (2, 8, 6), (2, 1, 6), (2, 6, 3), (2, 1, 3)
    ]  # fmt: skip
    assert torch.equal(torch.cat([view.flatten(1) for view in views], dim=1), numbered)
    assert all(view.data_ptr() >= numbered.data_ptr() for view in views), "views, not copies"


@pytest.mark.parametrize("hidden", [(), (8,), (8, 6)])
def test_logits_and_gradients_equal_torchs_modules(hidden: tuple[int, ...]) -> None:
    widths = (5, *hidden, 3)
    lanes = LaneNetwork(widths, num_arms=2, seeds=(3, 7), device=CPU)
    lanes.parameters.add_(0.1 * drawn(4, lanes.layout.size))  # arms of one seed start alike: tell them apart
    batches = drawn(2, 16, 5)
    logits = lanes.logits(batches)
    losses = (logits**3).mean(dim=(1, 2)) * torch.arange(1.0, 5.0)
    lanes.backward(losses)
    gradients = lanes.layout.views(lanes.gradients)
    for lane in range(4):
        module = module_of(lanes, lane)
        expected = module(batches[lane % 2])
        torch.testing.assert_close(logits[lane], expected, rtol=1e-5, atol=1e-6)
        ((expected**3).mean() * (lane + 1)).backward()
        for index, linear in enumerate(linears_of(module)):
            assert linear.weight.grad is not None
            torch.testing.assert_close(gradients[2 * index][lane], linear.weight.grad.T, rtol=1e-4, atol=1e-6)
            torch.testing.assert_close(
                gradients[2 * index + 1][lane, 0], linear.bias.grad, rtol=1e-4, atol=1e-6
            )


def test_a_lane_that_is_not_a_number_leaves_the_gradients_of_its_neighbours_alone() -> None:
    def gradients(spoilt: bool) -> Tensor:
        lanes = LaneNetwork(WIDTHS, num_arms=3, seeds=(0,), device=CPU)
        if spoilt:
            lanes.parameters[1] = torch.nan
        lanes.backward((lanes.logits(drawn(1, 16, 5)) ** 2).mean(dim=(1, 2)))
        return lanes.gradients

    sound, spoilt = gradients(False), gradients(True)
    assert spoilt[1].isnan().any()
    assert torch.equal(sound[[0, 2]], spoilt[[0, 2]])


def test_an_update_of_the_flat_parameters_is_one_of_every_layer() -> None:
    lanes = LaneNetwork(WIDTHS, num_arms=1, seeds=(0,), device=CPU)
    before = lanes.logits(drawn(1, 4, 5)).detach()
    lanes.parameters.zero_()
    assert torch.equal(lanes.logits(drawn(1, 4, 5)), torch.zeros_like(before)) and before.abs().max() > 0


def test_arms_of_one_seed_start_alike_and_seeds_apart_whatever_else_is_trained() -> None:
    lanes = LaneNetwork(WIDTHS, num_arms=2, seeds=(3, 7), device=CPU).parameters
    assert torch.equal(lanes[0], lanes[2]) and torch.equal(lanes[1], lanes[3])
    assert not torch.equal(lanes[0], lanes[1])
    alone = LaneNetwork(WIDTHS, num_arms=1, seeds=(7,), device=CPU).parameters
    assert torch.equal(alone[0], lanes[1])


def test_initial_parameters_are_uniform_in_one_over_the_root_of_the_fan_in() -> None:
    widths = (25, 400, 100)
    lanes = LaneNetwork(widths, num_arms=1, seeds=(0,), device=CPU)
    for weight, fan_in in zip(lanes.layout.views(lanes.parameters), (25, 25, 400, 400), strict=True):
        bound = fan_in**-0.5
        assert weight.abs().max() <= bound
        if weight.numel() > 1000:
            assert float(weight.abs().max()) == pytest.approx(bound, rel=0.01)
            assert float(weight.std()) == pytest.approx(bound / 3**0.5, rel=0.03)


def test_initialisation_leaves_torchs_global_generator_alone() -> None:
    before = torch.get_rng_state()
    LaneNetwork(WIDTHS, num_arms=1, seeds=(0,), device=CPU)
    assert torch.equal(torch.get_rng_state(), before)


def test_dropout_masks_are_shared_by_the_arms_of_a_seed() -> None:
    lanes = LaneNetwork(WIDTHS, num_arms=2, seeds=(3, 7), device=CPU)
    batches, keep = drawn(2, 16, 5), [drawn(2, 16, 8, seed=1).sign(), drawn(2, 16, 6, seed=2).sign()]
    logits = lanes.logits(batches, keep)
    assert torch.equal(logits[:2], logits[2:])
    linears = linears_of(module_of(lanes, 1))
    hidden = batches[1]
    for layer, mask in zip(linears[:2], keep, strict=True):
        hidden = layer(hidden).relu() * mask[1]
    torch.testing.assert_close(logits[1], linears[2](hidden), rtol=1e-5, atol=1e-6)


def test_gradients_under_dropout_equal_autograds() -> None:
    lanes = LaneNetwork(WIDTHS, num_arms=2, seeds=(3, 7), device=CPU)
    batches = drawn(2, 16, 5)
    keep = [(drawn(2, 16, width, seed=width) > 0) * 2.0 for width in (8, 6)]
    lanes.backward((lanes.logits(batches, keep) ** 3).mean(dim=(1, 2)))
    for lane in range(4):
        linears = linears_of(module_of(lanes, lane))
        hidden = batches[lane % 2]
        for layer, mask in zip(linears[:2], keep, strict=True):
            hidden = layer(hidden).relu() * mask[lane % 2]
        (linears[2](hidden) ** 3).mean().backward()
        for index, gradient in enumerate(lanes.layout.views(lanes.gradients)[::2]):
            wanted = linears[index].weight.grad
            assert wanted is not None and wanted.abs().max() > 0
            torch.testing.assert_close(gradient[lane], wanted.T, rtol=1e-4, atol=1e-6)


def test_evaluation_in_pieces_equals_evaluation_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lanes = LaneNetwork(WIDTHS, num_arms=2, seeds=(3,), device=CPU)
    rows = drawn(37, 5)
    whole = lanes.evaluate(rows)
    assert whole.shape == (2, 37, 3) and not whole.requires_grad
    for budget in (1, 2 * 8 * 10, 2 * 8 * 37):
        monkeypatch.setattr(network, "ROW_BUDGET", budget)
        torch.testing.assert_close(lanes.evaluate(rows), whole, rtol=1e-5, atol=1e-6)
    assert lanes.evaluate(rows[:0]).shape == (2, 0, 3)
    zeros = torch.zeros_like(lanes.parameters)
    assert lanes.evaluate(rows, zeros).abs().max() == 0


def test_exported_weights_predict_what_the_lane_predicts() -> None:
    lanes = LaneNetwork(WIDTHS, num_arms=2, seeds=(3, 7), device=CPU)
    rows = drawn(20, 5)
    for lane in range(4):
        weights = lanes.lane_weights(lanes.parameters, lane)
        assert [(weight.shape, bias.shape) for weight, bias in weights] == [
            ((5, 8), (8,)),
            ((8, 6), (6,)),
            ((6, 3), (3,)),
        ]
        expected = lanes.evaluate(rows)[lane].softmax(dim=-1).numpy()
        np.testing.assert_allclose(
            predict_probabilities(weights, rows.numpy()), expected, rtol=1e-5, atol=1e-6
        )
        weights[0][0][:] = 0  # a copy: the network keeps its own
    assert lanes.layout.views(lanes.parameters)[0].abs().min() > 0
