"""What is measured on the device arrives under its own name, whatever its shape."""

from dataclasses import fields

import numpy as np
import torch

from east.training.measurement import Measurement


def test_every_number_comes_back_under_its_name_in_its_shape() -> None:
    generator = torch.Generator().manual_seed(0)
    shapes: dict[str, tuple[int, ...]] = {each.name: (5,) for each in fields(Measurement)}
    shapes |= {"placement": (5, 7), "soft": (5, 3, 3), "hard": (5, 3, 3)}
    tensors = {name: torch.rand(shape, generator=generator) for name, shape in shapes.items()}
    tensors["best_step"] = torch.arange(5)
    measured = Measurement.fetch(**tensors)
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(getattr(measured, name), tensor.numpy())
