"""Training: a configuration in, frozen snapshots out, and an outcome at the end."""

from east.training.config import Arm, TrainConfig
from east.training.engine import Training, fit, train
from east.training.facts import LaneResult, LaneSnapshot, Outcome, Snapshot

__all__ = [
    "Arm",
    "LaneResult",
    "LaneSnapshot",
    "Outcome",
    "Snapshot",
    "TrainConfig",
    "Training",
    "fit",
    "train",
]
