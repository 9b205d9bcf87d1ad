"""Where a batch falls on the Heaviside, against a loop over its rows."""

from __future__ import annotations

import numpy as np
import torch

from east.training.placement import BINS, placement_of


def test_counts_equal_those_of_a_loop_and_half_is_where_right_and_wrong_part() -> None:
    generator = torch.Generator().manual_seed(0)
    probabilities = (2 * torch.randn(3, 200, 4, generator=generator)).double().softmax(dim=-1)
    targets = torch.randint(4, (3, 200), generator=generator)
    found = placement_of(probabilities, targets).numpy()
    expected = np.zeros((3, BINS))
    for lane in range(3):
        for row, target in zip(probabilities[lane].tolist(), targets[lane].tolist(), strict=True):
            second, first = sorted(row)[-2:]
            tau, own = (first + second) / 2, row[target]
            place = own / (2 * tau) if own <= tau else 1 - (1 - own) / (2 * (1 - tau))
            expected[lane, min(int(place * BINS), BINS - 1)] += 1
    np.testing.assert_array_equal(found, expected)
    right = (probabilities.argmax(dim=-1) == targets).sum(dim=-1).numpy()
    np.testing.assert_array_equal(found[:, BINS // 2 :].sum(axis=1), right)


def test_certain_rows_lie_at_the_ends_and_rows_that_are_not_numbers_nowhere() -> None:
    probabilities = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [torch.nan, torch.nan]]])
    found = placement_of(probabilities, torch.tensor([[0, 1, 0]]))
    assert found[0, -1] == 1 and found[0, 0] == 1 and found.sum() == 2
