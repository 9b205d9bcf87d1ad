"""AdamW, without the parts of `torch.compile` that torch's own loads at its first step."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

_step = inspect.unwrap(torch.optim.Adam.step)
_add_param_group = inspect.unwrap(Optimizer.add_param_group)
_state_dict = inspect.unwrap(Optimizer.state_dict)
_load_state_dict = inspect.unwrap(Optimizer.load_state_dict)


class AdamW(torch.optim.AdamW):
    """torch's AdamW, whose methods are called as they are written, without the decorators around them.

    The decorators tell `torch.compile` to keep out, and import `torch._dynamo` for it: over a second, half of what
    torch itself takes. No training here is compiled that way.
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take a step from the parameters' gradients."""
        return _step(self, closure)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters; the constructor does."""
        _add_param_group(self, param_group)

    def state_dict(self) -> dict[str, Any]:
        """Return what a later `load_state_dict` goes on from."""
        return dict(_state_dict(self))

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` returned."""
        _load_state_dict(self, state_dict)


def adamw(parameters: Tensor, gradients: Tensor, rate: float, weight_decay: float) -> AdamW:
    """Build the optimiser of parameters `[lanes, P]`, which reads their gradients from a tensor of the same shape."""
    own = torch.nn.Parameter(parameters)
    own.grad = gradients
    return AdamW([own], lr=rate, weight_decay=weight_decay, fused=parameters.device.type in ("cpu", "cuda"))
