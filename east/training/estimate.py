"""How much memory a training will take, told before any of it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from east.network import ROW_BUDGET, Layout

if TYPE_CHECKING:
    from east.dataset import Dataset
    from east.training.config import TrainConfig

NUMBER = 4
"""Bytes of a number in single precision."""
WEIGHT_COPIES = 11
"""The weights, gradients, averages, best ones and AdamW's two moments, and what is kept of five of them."""
HIDDEN_COPIES, LOGIT_COPIES, HELD_OUT_COPIES = 3, 12, 4
"""What a step holds of each hidden value and of each logit, and a reading of each held-out probability."""


def needed_bytes(dataset: Dataset, config: TrainConfig) -> int:
    """Estimate the bytes that a training takes at its peak, with the encoded table; good to a factor of two.

    Args:
        dataset: the encoded table.
        config: the settings.
    """
    rows, classes = len(dataset.train), dataset.num_classes
    layout = Layout((dataset.num_features, *config.hidden_widths(rows), classes))
    seeds, batch = len(config.seeds), config.batch_rows(rows)
    lanes, hidden = len(config.networks) * seeds, sum(layout.widths[1:-1])
    table = sum(part.features.nbytes for part in (dataset.train, dataset.validation, dataset.test))
    weights = lanes * layout.size * WEIGHT_COPIES
    of_a_row = lanes * (hidden * HIDDEN_COPIES + classes * LOGIT_COPIES) + seeds * dataset.num_features
    held_out = lanes * (len(dataset.validation) + len(dataset.test)) * classes * HELD_OUT_COPIES
    reading = min(ROW_BUDGET, lanes * max(len(dataset.validation), len(dataset.test)) * max(layout.widths))
    return table + NUMBER * (weights + batch * of_a_row + held_out + reading)
