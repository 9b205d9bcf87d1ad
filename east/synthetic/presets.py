"""Made problems with telling names, each with a metric it is good for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from east.synthetic.problem import DEFAULT_ROWS, Problem


@dataclass(frozen=True)
class Preset:
    """One made problem to start from.

    Args:
        label: as shown in a menu.
        hint: one sentence without a final stop: what there is to see.
        problem: its settings.
        metric: a key of METRICS, the metric it is good for.
        options: of that metric.
        hidden: widths of the hidden layers of the network it is best seen with; empty for a linear one.
        rows: of its table.
    """

    label: str
    hint: str
    problem: Problem
    metric: str
    options: Mapping[str, float | str] = field(default_factory=dict)
    hidden: tuple[int, ...] = ()
    rows: int = DEFAULT_ROWS

    @property
    def settings(self) -> dict[str, str | int | float]:
        """The plain settings of the problem and its table, as a link carries them."""
        return {**self.problem.settings, "rows": self.rows}


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "four_gaussians": Preset(
            "Four overlapping Gaussians",
            "A linear network has few cuts, and the loss decides where it spends them",
            Problem("gaussians", 4, imbalance=30, overlap=0.5, seed=70),
            metric="fbeta",
        ),
        "rare_under_common": Preset(
            "Rare class under a common one",
            "The most accurate decision never predicts the rare class, macro F1 asks for it",
            Problem("gaussians", 2, imbalance=20, overlap=0.6, seed=56),
            metric="fbeta",
            hidden=(4,),
        ),
        "precision_matters": Preset(
            "Precision matters",
            "Macro F0.25 rewards predicting a rare class only where it is nearly certain",
            Problem("gaussians", 3, imbalance=5, overlap=0.7, seed=14),
            metric="fbeta",
            options={"beta": 0.25},
            hidden=(4,),
        ),
        "no_class_missed": Preset(
            "No class may be missed",
            "Balanced accuracy gives every ring its place, accuracy gives most to the common class",
            Problem("rings", 4, imbalance=30, overlap=0.5, seed=1),
            metric="balanced_accuracy",
            hidden=(16,),
        ),
        "noisy_labels": Preset(
            "Noisy labels on a checkerboard",
            "Three labels in ten say nothing, and macro F1 asks for more of the rare squares",
            Problem("checkerboard", 2, imbalance=4, overlap=0.5, noise=0.3),
            metric="fbeta",
            hidden=(64, 64),
        ),
        "long_spirals": Preset(
            "Three spirals",
            "A small network cannot follow the arms, so its width matters more than its loss",
            Problem("spirals", 3, imbalance=8, overlap=0.3),
            metric="fbeta",
            hidden=(64, 64),
        ),
        "accuracy_suffices": Preset(
            "Two balanced moons",
            "With equal classes accuracy and macro F1 want the same decision: nothing to gain",
            Problem("moons", 2, imbalance=1, overlap=0.5),
            metric="fbeta",
            hidden=(64, 64),
        ),
    }
)
DEFAULT_PRESET = "four_gaussians"
