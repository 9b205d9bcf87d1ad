"""Small multilayer perceptrons, many in lockstep: one stacked network whose lanes never mix.

A lane is one arm at one seed, and lanes are ordered arm by arm: lane = arm * num_seeds + seed. All
parameters live in one tensor `[lanes, P]`, so that clipping, averaging, checkpointing and the optimiser
are one operation each, whatever the depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

FloatArray = NDArray[np.float32]
Weights = tuple[tuple[FloatArray, FloatArray], ...]
"""One lane's layers: (weight `[in, out]`, bias `[out]`) each."""

ROW_BUDGET = 2**24
"""How many hidden values an evaluation may hold at once; longer tables go in chunks."""


@dataclass(frozen=True)
class Layout:
    """Where each layer's weight and bias stand in a lane's parameters.

    Args:
        widths: features, hidden widths and classes, in order.
    """

    widths: tuple[int, ...]

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shapes of weight and bias of each layer, in the order they are stored."""
        pairs = zip(self.widths, self.widths[1:], strict=False)
        return tuple(
            shape for width_in, width_out in pairs for shape in ((width_in, width_out), (1, width_out))
        )

    @property
    def size(self) -> int:
        """Number of parameters of one lane."""
        return sum(prod(shape) for shape in self.shapes)

    def views(self, parameters: Tensor) -> list[Tensor]:
        """Cut `[lanes, P]` into `[lanes, in, out]` and `[lanes, 1, out]` views, layer by layer."""
        pieces, start = [], 0
        for shape in self.shapes:
            pieces.append(parameters[:, start : start + prod(shape)].unflatten(1, shape))
            start += prod(shape)
        return pieces


class LaneNetwork:
    """Perceptrons with ReLU in lockstep; arms of one seed start from the same parameters.

    Args:
        widths: features, hidden widths and classes.
        num_arms: arms in the race.
        seeds: one seed per repetition; lane `arm * len(seeds) + i` is drawn from `seeds[i]`.
        device: where the parameters live.
    """

    def __init__(
        self, widths: Sequence[int], num_arms: int, seeds: Sequence[int], device: torch.device
    ) -> None:
        self.layout = Layout(tuple(widths))
        self.num_arms, self.num_seeds = num_arms, len(seeds)
        start = torch.stack([_initial_parameters(self.layout, seed) for seed in seeds])
        self.parameters = start.repeat(num_arms, 1).to(device)
        self.gradients = torch.zeros_like(self.parameters)
        # Views of the flat tensor: an update of `parameters` is one of every layer.
        self.layers = self.layout.views(self.parameters)
        self._layer_gradients = self.layout.views(self.gradients)
        self._inputs: list[Tensor] = []
        self._masks: list[Tensor] = []
        self._logits = self.parameters

    @property
    def num_lanes(self) -> int:
        """Number of lanes, arms times seeds."""
        return self.num_arms * self.num_seeds

    def logits(self, features: Tensor, keep: Sequence[Tensor] = ()) -> Tensor:
        """Return training logits `[lanes, B, K]` for one batch per seed, `[seeds, B, d]`.

        They are a leaf of autograd's graph, which is the loss's alone: `backward` goes through the layers
        itself, in place, for fresh memory costs a CPU as much as the products do.

        Args:
            features: the batches, shared by all arms of a seed.
            keep: dropout masks of the hidden layers, `[seeds, B, width]` each, already scaled; or none.
        """
        self._masks = [mask.expand(self.num_arms, *mask.shape).flatten(0, 1) for mask in keep]
        self._inputs = []
        with torch.no_grad():
            self._logits = _forward(self.layers, features, self._masks, self._inputs)
        return self._logits.requires_grad_()

    def backward(self, losses: Tensor) -> None:
        """Fill `gradients` with the derivative of each lane's own loss, `[lanes]`, of the last `logits`."""
        (gradient,) = torch.autograd.grad(losses.sum(), self._logits)
        with torch.no_grad():
            for index in range(len(self._inputs) - 1, -1, -1):
                entered = self._inputs[index]
                weights, biases = self._layer_gradients[2 * index : 2 * index + 2]
                biases.copy_(gradient.sum(dim=1, keepdim=True))
                turned = entered.to(gradient.dtype).transpose(1, 2)
                for place, piece in zip(
                    weights.split(len(entered)), gradient.split(len(entered)), strict=True
                ):
                    place.copy_(turned @ piece)
                if index:
                    gradient = gradient @ self.layers[2 * index].to(gradient.dtype).transpose(1, 2)
                    if self._masks:
                        gradient.mul_(self._masks[index - 1])
                    # A unit that was left out has entered as 0 too, and its gradient is 0 already.
                    torch.ops.aten.threshold_backward.grad_input(gradient, entered, 0, grad_input=gradient)

    @torch.no_grad()
    def evaluate(self, features: Tensor, parameters: Tensor | None = None) -> Tensor:
        """Return logits `[lanes, n, K]` of every lane for the same rows `[n, d]`.

        Args:
            features: rows.
            parameters: `[lanes, P]` to use instead of the present ones, such as a checkpoint or some lanes'.
        """
        parameters = self.parameters if parameters is None else parameters
        lanes, layers = len(parameters), self.layout.views(parameters)
        rows = max(1, ROW_BUDGET // (lanes * max(self.layout.widths)))
        pieces = features.split(rows)
        return torch.cat([_forward(layers, piece.expand(lanes, *piece.shape)) for piece in pieces], dim=1)

    def lane_weights(self, parameters: Tensor, lane: int) -> Weights:
        """Copy one lane out of `[lanes, P]` as numpy arrays."""
        flat = [view[0].numpy().copy() for view in self.layout.views(parameters[lane : lane + 1].cpu())]
        return tuple((weight, bias[0]) for weight, bias in zip(flat[::2], flat[1::2], strict=True))


def predict_probabilities(weights: Weights, features: FloatArray) -> FloatArray:
    """Return class probabilities `[n, K]` of one trained lane for encoded rows `[n, d]`."""
    hidden = torch.as_tensor(features, dtype=torch.float32)
    for index, (weight, bias) in enumerate(weights):
        hidden = torch.relu(hidden) if index else hidden
        hidden = torch.addmm(torch.as_tensor(bias), hidden, torch.as_tensor(weight))
    return hidden.softmax(dim=-1).numpy()


def _forward(
    layers: Sequence[Tensor],
    hidden: Tensor,
    masks: Sequence[Tensor] = (),
    inputs: list[Tensor] | None = None,
) -> Tensor:
    """Go through the layers; what enters each of them is added to `inputs`."""
    last = len(layers) // 2 - 1
    for index in range(last + 1):
        if inputs is not None:
            inputs.append(hidden)
        hidden = _layer(hidden, layers[2 * index], layers[2 * index + 1])
        if index < last:
            hidden = hidden.relu_()
            if masks:
                hidden = hidden.mul_(masks[index])
    return hidden


def _layer(entering: Tensor, weights: Tensor, biases: Tensor) -> Tensor:
    """Multiply `[lanes, B, in]`, or a batch a seed, `[seeds, B, in]`, by the layer of every lane.

    Batches that arms share go through arm by arm: a copy for every lane would cost as much as the product.
    """
    shared = len(entering)
    pieces = [
        torch.baddbmm(bias, entering, weight)
        for weight, bias in zip(weights.split(shared), biases.split(shared), strict=True)
    ]
    return pieces[0] if len(pieces) == 1 else torch.cat(pieces)


def _initial_parameters(layout: Layout, seed: int) -> Tensor:
    """Draw one lane uniformly in +-1/sqrt(fan-in), torch.nn.Linear's own rule; returns `[P]`.

    Always on the CPU, so that a seed means the same network on every device.
    """
    generator = torch.Generator().manual_seed(seed)
    parameters = torch.empty(1, layout.size)
    for index, view in enumerate(layout.views(parameters)):
        bound = layout.widths[index // 2] ** -0.5
        view.copy_(torch.empty(view.shape).uniform_(-bound, bound, generator=generator))
    return parameters[0]
