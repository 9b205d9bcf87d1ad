"""Training: takes a configuration, yields frozen snapshots, and returns an outcome."""

from east.training.arm import MEMBERS, PLAIN_RULE, Arm
from east.training.config import NETWORKS, OPTIONS, TrainConfig
from east.training.engine import Training
from east.training.estimate import needed_bytes
from east.training.fitting import fit, train
from east.training.memory import built_to_fit
from east.training.outcome import ArmOutcome, LaneResult, Outcome
from east.training.regions import regions_of
from east.training.resuming import State
from east.training.scorecard import Scorecard, scorecard
from east.training.snapshot import ArmSnapshot, LaneSnapshot, Snapshot

__all__ = [
    "MEMBERS",
    "NETWORKS",
    "OPTIONS",
    "PLAIN_RULE",
    "Arm",
    "ArmOutcome",
    "ArmSnapshot",
    "LaneResult",
    "LaneSnapshot",
    "Outcome",
    "Scorecard",
    "Snapshot",
    "State",
    "TrainConfig",
    "Training",
    "built_to_fit",
    "fit",
    "needed_bytes",
    "regions_of",
    "scorecard",
    "train",
]
