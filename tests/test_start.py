"""How little a first training imports, and that what is left out works as ever."""

from __future__ import annotations

import sys

import matplotlib
import pandas as pd
import torch

from east.dataset.encoding.skrub_parts import plots_later
from east.training.optimiser import adamw
from tests.conftest import loaded_after

TRAINING = """
import east
table = east.read_table('sample_data/penguins.csv')
config = east.TrainConfig(east.metric('fbeta'), seeds=(0,), epochs=1, device='cpu')
training = east.Training(east.prepare(table, 'species'), config)
training.advance(3)
training.resume(training.state())
training.advance(3)
"""


def test_a_training_imports_neither_what_compiles_nor_what_plots() -> None:
    found = loaded_after(TRAINING)
    assert {"torch", "skrub"} <= found
    assert not found & {"torch._dynamo", "sympy", "matplotlib.pyplot"}


def test_the_optimiser_is_torchs_to_the_last_bit() -> None:
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(4, 30, generator=generator)
    ours, theirs, gradients = start.clone(), torch.nn.Parameter(start.clone()), torch.zeros(4, 30)
    own = adamw(ours, gradients, 0.01, 0.1)
    other = torch.optim.AdamW([theirs], lr=0.01, weight_decay=0.1, fused=True)
    for _ in range(20):
        gradients.copy_(torch.randn(4, 30, generator=generator))
        theirs.grad = gradients.clone()
        own.step()
        other.step()
    assert torch.equal(ours, theirs.detach())
    assert own.state_dict()["param_groups"] == other.state_dict()["param_groups"]


def test_skrubs_report_still_has_its_plots() -> None:
    import skrub

    report = skrub.TableReport(pd.DataFrame({"number": [1.0, 2.0, 5.0]}), verbose=0).html()
    assert "<svg" in report and "matplotlib.pyplot" in sys.modules


def test_plots_that_are_there_stay_as_they_are() -> None:
    import matplotlib.pyplot as plots

    with plots_later():
        assert matplotlib.pyplot is plots
    assert matplotlib.pyplot is plots
