"""EAST: train a classifier for the metric it is judged by (arXiv 2405.20954).

The names below are the public ones. They are looked up when first used, so that `import east` costs
nothing: torch and scikit-learn take seconds to import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from east.errors import DatasetError, EastError, SettingError, TableError
from east.version import __version__

if TYPE_CHECKING:
    from east.annealing import Annealing, Sharpness
    from east.confusion import hard_confusion, soft_confusion
    from east.dataset import Dataset, prepare
    from east.estimator import EASTClassifier
    from east.export import load_model, save_model
    from east.losses import LOSSES, EASTLoss
    from east.metrics import METRICS, Metric, metric
    from east.rules import RULES, DecisionRule
    from east.tables import Table, read_table
    from east.training import Arm, Outcome, Snapshot, TrainConfig, Training, fit, train

_HOMES = {
    "Annealing": "annealing",
    "Sharpness": "annealing",
    "hard_confusion": "confusion",
    "soft_confusion": "confusion",
    "Dataset": "dataset",
    "prepare": "dataset",
    "EASTClassifier": "estimator",
    "load_model": "export",
    "save_model": "export",
    "LOSSES": "losses",
    "EASTLoss": "losses",
    "METRICS": "metrics",
    "Metric": "metrics",
    "metric": "metrics",
    "RULES": "rules",
    "DecisionRule": "rules",
    "Table": "tables",
    "read_table": "tables",
    "Arm": "training",
    "Outcome": "training",
    "Snapshot": "training",
    "TrainConfig": "training",
    "Training": "training",
    "fit": "training",
    "train": "training",
}

__all__ = [
    "LOSSES",
    "METRICS",
    "RULES",
    "Annealing",
    "Arm",
    "Dataset",
    "DatasetError",
    "DecisionRule",
    "EASTClassifier",
    "EASTLoss",
    "EastError",
    "Metric",
    "Outcome",
    "SettingError",
    "Sharpness",
    "Snapshot",
    "Table",
    "TableError",
    "TrainConfig",
    "Training",
    "__version__",
    "fit",
    "hard_confusion",
    "load_model",
    "metric",
    "prepare",
    "read_table",
    "save_model",
    "soft_confusion",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import the module a public name lives in when the name is first used (PEP 562)."""
    if name == "synthetic":
        return import_module("east.synthetic")
    if name not in _HOMES:
        raise AttributeError(f"module 'east' has no attribute {name!r}")
    value = getattr(import_module(f"east.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
