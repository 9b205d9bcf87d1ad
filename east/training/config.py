"""The settings of a training, checked when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import torch

from east.errors import SettingError
from east.losses import LOSSES
from east.metrics import Metric

DEFAULT_BATCH = 512
DEFAULT_EPOCHS = 30
FEWEST_STEPS, MOST_STEPS = 600, 2000
DEFAULT_DROPOUT = 0.2
DEFAULT_WIDTHS, WIDE_WIDTHS, WIDE_ROWS = (64, 64), (128, 64), 20_000
FULL_DROPOUT_ROWS, NO_DROPOUT_ROWS = 5_000, 10_000
PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True)
class Arm:
    """A loss in a race, with the metric it is trained for and judged by."""

    loss: str
    metric: Metric


@dataclass(frozen=True)
class TrainConfig:
    """What to train and how; the defaults suit tables of some hundred to some ten thousand rows.

    Args:
        metric: what the lanes are judged (and checkpoints chosen) by.
        losses: keys of LOSSES, one arm each.
        seeds: one repetition each; a seed fixes initialisation and batches, shared by all arms.
        epochs: passes over the training part; None is 30, within about 600 to 2,000 steps.
        batch_size: rows a step; None is 512, or all rows of a smaller table.
        hidden: widths of the hidden layers; () is a linear model; None is 64 and 64, from 20,000 training
            rows on 128 and 64.
        dropout: share of hidden units left out in a step, in [0, 1); None is 0.2 for a training part of up
            to 5,000 rows, and less for a longer one, down to 0 at 10,000.
        learning_rate: peak of the one-cycle schedule of AdamW.
        weight_decay: AdamW's.
        clip: largest gradient norm of a lane.
        averaging: decay a step of the moving average of the weights, in [0, 1); the average is what is
            watched, scored and kept; 0 for the weights themselves.
        evaluations: how often the validation score is taken along a training, for the checkpoint.
        patience: evaluations without a better score after which a lane keeps its checkpoint; None never.
        device: "auto" (cuda, else mps, else cpu) or a torch device.
        precision: "float32", or "bfloat16" for the matrix products.
        arms: races with different metrics an arm; replaces `losses`.

    Raises:
        SettingError: for a value that cannot work, naming it.
    """

    metric: Metric
    losses: tuple[str, ...] = ("east", "cross_entropy")
    seeds: tuple[int, ...] = (0,)
    epochs: int | None = None
    batch_size: int | None = None
    hidden: tuple[int, ...] | None = None
    dropout: float | None = None
    learning_rate: float = 1e-2
    weight_decay: float = 1e-2
    clip: float = 1.0
    averaging: float = 0.98
    evaluations: int = 50
    patience: int | None = None
    device: str = "auto"
    precision: str = "float32"
    arms: tuple[Arm, ...] | None = None

    def __post_init__(self) -> None:
        """Check every value; lists become tuples."""
        for name in ("losses", "seeds", "hidden"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, tuple(getattr(self, name)))
        for loss in (arm.loss for arm in self.race):
            if loss not in LOSSES:
                raise SettingError("There is no such loss", repr(loss), f"choose from {', '.join(LOSSES)}")
        _require(0 < len(self.race) == len(set(self.race)), "Give at least one loss, each once", self.losses)
        _require(0 < len(self.seeds) == len(set(self.seeds)), "Give at least one seed, each once", self.seeds)
        _require(all(0 <= seed < 2**63 for seed in self.seeds), "Seeds must be 0 or more", self.seeds)
        _require(self.epochs is None or self.epochs >= 1, "epochs must be 1 or more", self.epochs)
        _require(
            self.batch_size is None or self.batch_size >= 2, "batch_size must be 2 or more", self.batch_size
        )
        _require(
            all(width >= 1 for width in self.hidden or ()), "Hidden widths must be 1 or more", self.hidden
        )
        _require(self.dropout is None or 0 <= self.dropout < 1, "dropout must lie in [0, 1)", self.dropout)
        _require(self.learning_rate > 0, "learning_rate must be above 0", self.learning_rate)
        _require(self.weight_decay >= 0, "weight_decay must be 0 or more", self.weight_decay)
        _require(self.clip > 0, "clip must be above 0", self.clip)
        _require(0 <= self.averaging < 1, "averaging must lie in [0, 1)", self.averaging)
        _require(self.evaluations >= 1, "evaluations must be 1 or more", self.evaluations)
        _require(self.patience is None or self.patience >= 1, "patience must be 1 or more", self.patience)
        _require(self.precision in PRECISIONS, f"precision must be one of {PRECISIONS}", self.precision)

    @property
    def race(self) -> tuple[Arm, ...]:
        """The arms, in order."""
        return self.arms if self.arms is not None else tuple(Arm(loss, self.metric) for loss in self.losses)

    def batch_rows(self, rows: int) -> int:
        """Return how many of `rows` training rows a step takes."""
        return min(self.batch_size or DEFAULT_BATCH, rows)

    def hidden_widths(self, rows: int) -> tuple[int, ...]:
        """Return the widths of the hidden layers for `rows` training rows."""
        if self.hidden is not None:
            return self.hidden
        return DEFAULT_WIDTHS if rows < WIDE_ROWS else WIDE_WIDTHS

    def dropout_share(self, rows: int) -> float:
        """Return the share of hidden units left out in a step over `rows` training rows."""
        if self.dropout is not None:
            return self.dropout
        # Dropout steadies small tables; a long one needs no steadying and loses by it (measured on letters).
        fading = (NO_DROPOUT_ROWS - rows) / (NO_DROPOUT_ROWS - FULL_DROPOUT_ROWS)
        return DEFAULT_DROPOUT * min(max(fading, 0.0), 1.0)

    def steps_per_epoch(self, rows: int) -> int:
        """Return the whole batches in `rows`; the remainder waits for the next shuffle."""
        return rows // self.batch_rows(rows)

    def total_steps(self, rows: int) -> int:
        """Return the steps of a training over `rows` rows."""
        per_epoch = self.steps_per_epoch(rows)
        if self.epochs is not None:
            return self.epochs * per_epoch
        steps = min(max(DEFAULT_EPOCHS * per_epoch, FEWEST_STEPS), MOST_STEPS)
        return ceil(steps / per_epoch) * per_epoch


def _require(holds: bool, what: str, got: object) -> None:
    if not holds:
        raise SettingError(what, got)


def resolve_device(name: str) -> torch.device:
    """Return the torch device for a setting; "auto" is cuda, else mps, else cpu.

    Raises:
        SettingError: for a device that is unknown or not on this machine.
    """
    available = available_devices()
    if name == "auto":
        return torch.device(available[0])
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in available or (device.index or 0) >= _count(device.type):
        raise SettingError(
            "This machine has no such device", repr(name), f"use auto or {', '.join(available)}"
        )
    return device


def available_devices() -> tuple[str, ...]:
    """List the kinds of device on this machine, the preferred one first."""
    kinds = [("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available()), ("cpu", True)]
    return tuple(kind for kind, present in kinds if present)


def _count(kind: str) -> int:
    return torch.cuda.device_count() if kind == "cuda" else 1
