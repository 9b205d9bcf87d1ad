"""The state of a training between two steps, as arrays that can be written down and taken up again.

On a CPU the training goes on from there bit for bit as if it had never been interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from east.errors import SettingError

if TYPE_CHECKING:
    from east.training.engine import Training

State = Mapping[str, NDArray[Any]]
"""Weights, optimiser, averages, best checkpoints and generators, by name."""

BATCHES = "batches."
OPTIMISER = "optimiser."


def state_of(training: Training) -> State:
    """Copy everything that the steps to come depend on."""
    tensors = {**_fixed(training), **_batch(training)}
    # The optimiser has nothing to remember before its first step.
    remembered = training._optimiser.state_dict()["state"].get(0, {})
    tensors |= {OPTIMISER + name: value for name, value in remembered.items()}
    tensors |= {BATCHES + name: value for name, value in training._batches.state().items()}
    arrays = {name: tensor.detach().cpu().numpy().copy() for name, tensor in tensors.items()}
    return {
        **arrays,
        "step": np.asarray([training.step_number], dtype=np.int64),
        "elapsed_s": np.asarray([training._elapsed_s], dtype=np.float64),
    }


def take_state(training: Training, state: State) -> None:
    """Bring a training into a state.

    Raises:
        SettingError: for the state of another training.
    """
    _check(training, state)
    device = training._device
    tensors = {name: torch.as_tensor(np.array(array)) for name, array in state.items()}
    here = {name: tensor.to(device) for name, tensor in tensors.items()}
    # In place: the layers and the optimiser look at this tensor.
    training._network.parameters.copy_(here["parameters"])
    training._averages.copy_(here["averages"])
    training._loss_values, training._gradient_norms = here["loss_values"], here["gradient_norms"]
    training._last_batch = (here["logits"], here["labels"]) if "logits" in here else None
    training._checkpoints.take(here)
    groups = training._optimiser.state_dict()["param_groups"]
    remembered = _part(tensors, OPTIMISER)
    training._optimiser.load_state_dict(
        {"state": {0: remembered} if remembered else {}, "param_groups": groups}
    )
    training.prepare_steps()
    training._batches.take(_part(tensors, BATCHES))
    training.step_number = int(tensors["step"])
    training._elapsed_s = float(tensors["elapsed_s"])


def _fixed(training: Training) -> dict[str, Tensor]:
    """Return the tensors whose shapes are the same at every step."""
    return {
        "parameters": training._network.parameters,
        "averages": training._averages,
        "loss_values": training._loss_values,
        "gradient_norms": training._gradient_norms,
        **training._checkpoints.tensors(),
    }


def _batch(training: Training) -> dict[str, Tensor]:
    """Return the last batch, which the next snapshot looks at; bfloat16 has no form outside torch."""
    if training._last_batch is None:
        return {}
    logits, labels = training._last_batch
    return {"logits": logits.float(), "labels": labels}


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): each for name, each in tensors.items() if name.startswith(prefix)}


def _check(training: Training, state: State) -> None:
    wanted = {name: tuple(tensor.shape) for name, tensor in _fixed(training).items()}
    wanted |= {BATCHES + name: tuple(tensor.shape) for name, tensor in training._batches.state().items()}
    wanted |= {"step": (1,), "elapsed_s": (1,)}
    for name, shape in wanted.items():
        found = state[name].shape if name in state else None
        if found != shape:
            got = f"{name} of shape {found} instead of {shape}"
            raise SettingError(
                "This is the state of another training", got, "take its own dataset and settings"
            )
