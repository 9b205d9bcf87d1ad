"""The settings of a training, each with its default, range, label and help, checked on construction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import Any

from east.errors import SettingError
from east.metrics import Metric
from east.options import Option, options_of, setting
from east.training.arm import MEMBERS, PLAIN_RULE, Arm

DEFAULT_BATCH = 512
DEFAULT_EPOCHS = 30
FEWEST_STEPS, MOST_STEPS = 600, 2000
DEFAULT_DROPOUT = 0.2
DEFAULT_WIDTHS, WIDE_WIDTHS, WIDE_ROWS = (64, 64), (128, 64), 20_000
FULL_DROPOUT_ROWS, NO_DROPOUT_ROWS = 5_000, 10_000
DEFAULT_RATE, LINEAR_RATE = 0.01, 0.1
MOST_SEED = 2**63 - 1
LISTS = {"losses": '("east",)', "seeds": "(0, 1)", "rules": '("argmax",)', "hidden": "(64, 64)"}
"""The settings that hold several values, each with an example."""


@dataclass(frozen=True)
class Network:
    """A named size of the network: label, hidden widths, and a hint on its use."""

    label: str
    hidden: tuple[int, ...]
    hint: str


NETWORKS: Mapping[str, Network] = MappingProxyType(
    {
        "linear": Network("Linear", (), "a scorecard: one coefficient per feature and class"),
        "tiny": Network("Tiny: 4 units", (4,), "a few simple boundaries, for small devices"),
        "small": Network("Small: 16 units", (16,), "some more boundaries"),
        "standard": Network("Standard: 64, 64", (64, 64), "enough for most tables"),
        "wide": Network("Wide: 256, 256", (256, 256), "for many rows"),
    }
)
PRECISIONS: Mapping[str, str] = MappingProxyType({"float32": "float32", "bfloat16": "bfloat16"})

SEED = Option(
    "Seed", "Seed of a network and its batches.", kind="whole", least=0, most=MOST_SEED, example="(0, 1)"
)
EPOCHS = Option(
    "Epochs",
    "Passes over the training rows.",
    kind="whole",
    least=1,
    empty=f"{DEFAULT_EPOCHS}, in {FEWEST_STEPS:,} to {MOST_STEPS:,} steps",
    shown=(1, 10_000, 1),
)
BATCH_SIZE = Option(
    "Batch size",
    "Training rows per step.",
    kind="whole",
    least=2,
    empty=f"{DEFAULT_BATCH}, or all rows of a smaller table",
    shown=(2, 65_536, 1),
    link="batch",
)
HIDDEN = Option(
    "Hidden layers",
    "Widths of the hidden layers; no layers make a linear model.",
    kind="whole",
    least=1,
    many=True,
    empty=f"{' '.join(map(str, DEFAULT_WIDTHS))}, from {WIDE_ROWS:,} training rows "
    f"{' '.join(map(str, WIDE_WIDTHS))}",
)
DROPOUT = Option(
    "Dropout",
    "Share of hidden units left out in a step.",
    least=0,
    most=1,
    open_ends=("most",),
    empty=f"{DEFAULT_DROPOUT:g}, and less beyond {FULL_DROPOUT_ROWS:,} rows",
    shown=(0.0, 0.9, 0.05),
)
LEARNING_RATE = Option(
    "Learning rate",
    "Peak of AdamW's one-cycle schedule.",
    least=0,
    open_ends=("least",),
    empty=f"{DEFAULT_RATE:g}, or {LINEAR_RATE:g} for a linear network",
    shown=(1e-6, 1e4, 0.001),
    link="rate",
)
WEIGHT_DECAY = Option("Weight decay", "Weight decay of AdamW.", least=0)
CLIP = Option(
    "Gradient norm",
    "Largest gradient norm of a lane; a larger gradient is scaled down.",
    least=0,
    open_ends=("least",),
)
AVERAGING = Option(
    "Moving average of the weights",
    "Decay of the average per step; the averaged weights are the ones shown and scored.",
    least=0,
    most=1,
    open_ends=("most",),
    shown=(0.0, 0.9999, 0.01),
)
EVALUATIONS = Option("Evaluations", "Evaluations on the validation rows per training.", kind="whole", least=1)
PATIENCE = Option(
    "Patience",
    "Evaluations without a better score after which a lane's checkpoint is final.",
    kind="whole",
    least=1,
    empty="never",
)
DEVICE = Option("Device", "auto (cuda, else mps, else cpu), cpu, cuda, cuda:1 or mps.", kind="text")
PRECISION = Option(
    "Precision", "Number format of matrix products: float32 or bfloat16.", kind="choice", choices=PRECISIONS
)


@dataclass(frozen=True)
class TrainConfig:
    """The settings of a training; the defaults suit tables of some hundred to some ten thousand rows.

    OPTIONS has the label, range and meaning of an empty value of every field below `rules`.

    Args:
        metric: metric that judges the lanes and chooses the checkpoints.
        losses: keys of LOSSES.
        seeds: one repetition per seed; a seed fixes the initialisation and batches, the same for all arms.
        rules: keys of RULES; every loss races with each of them.
        members: above 1, every loss and rule also races as an ensemble of the networks of the first seeds.
        epochs: passes over the training part; None is 30, within about 600 to 2,000 steps.
        batch_size: rows per step; None is 512, or all rows of a smaller table.
        hidden: widths of the hidden layers; () is a linear model; None is 64 and 64, from 20,000 training
            rows on 128 and 64.
        dropout: share of hidden units left out in a step, in [0, 1); None is 0.2 for up to 5,000 training
            rows, falling to 0 at 10,000.
        learning_rate: peak of AdamW's one-cycle schedule; None is 0.01, or 0.1 for a linear network, which
            would not converge in as many steps at 0.01.
        weight_decay: weight decay of AdamW.
        clip: largest gradient norm of a lane.
        averaging: decay per step of the moving average of the weights, in [0, 1); the averaged weights are
            shown, scored and kept; 0 for no averaging.
        evaluations: number of evaluations on the validation part in a training, to choose the checkpoint.
        patience: evaluations without a better score after which a lane's checkpoint is final; None for no limit.
        device: "auto" (cuda, else mps, else cpu) or a torch device.
        precision: number format of matrix products, "float32" or "bfloat16".
        arms: the arms of the race; replaces `losses` and `rules`.

    Raises:
        SettingError: for a value out of range, with its name.
    """

    metric: Metric
    losses: tuple[str, ...] = ("east", "cross_entropy")
    seeds: tuple[int, ...] = (0,)
    rules: tuple[str, ...] = (PLAIN_RULE, "expected")
    members: int = setting(1, MEMBERS)
    epochs: int | None = setting(None, EPOCHS)
    batch_size: int | None = setting(None, BATCH_SIZE)
    hidden: tuple[int, ...] | None = setting(None, HIDDEN)
    dropout: float | None = setting(None, DROPOUT)
    learning_rate: float | None = setting(None, LEARNING_RATE)
    weight_decay: float = setting(1e-2, WEIGHT_DECAY)
    clip: float = setting(1.0, CLIP)
    averaging: float = setting(0.98, AVERAGING)
    evaluations: int = setting(50, EVALUATIONS)
    patience: int | None = setting(None, PATIENCE)
    device: str = setting("auto", DEVICE)
    precision: str = setting("float32", PRECISION)
    arms: tuple[Arm, ...] | None = None

    def __post_init__(self) -> None:
        """Check every value and turn lists into tuples."""
        judge: object = self.metric
        if not isinstance(judge, Metric):
            remedy = 'build it with east.metric("mcc")'
            raise SettingError("The metric of a training must be a Metric", repr(judge)[:80], remedy)
        for name, example in LISTS.items():
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _as_tuple(name, getattr(self, name), example))
        for name, option in OPTIONS.items():
            option.check(name, getattr(self, name))
        _require_each_once("loss", self.losses if self.arms is None else self.race)
        _require_each_once("rule", self.rules)
        _require_each_once("seed", self.seeds)
        for seed in self.seeds:
            SEED.check("seeds", seed)
        most = max(arm.members for arm in self.race)  # every arm checks its own names
        if most > len(self.seeds):
            got = f"{most} members and {len(self.seeds)} seeds"
            raise SettingError("An ensemble needs a seed for each member", got, "give more seeds")

    @property
    def race(self) -> tuple[Arm, ...]:
        """The arms, in order."""
        if self.arms is not None:
            return self.arms
        sizes = dict.fromkeys((1, self.members))
        return tuple(
            Arm(loss, self.metric, rule, members)
            for members in sizes
            for rule in self.rules
            for loss in self.losses
        )

    @property
    def networks(self) -> tuple[Arm, ...]:
        """The arms to train, in order: one for each loss and metric, independent of the rules."""
        return tuple(dict.fromkeys(arm.networks for arm in self.race))

    def batch_rows(self, rows: int) -> int:
        """Return the rows per step for `rows` training rows."""
        return min(self.batch_size or DEFAULT_BATCH, rows)

    def hidden_widths(self, rows: int) -> tuple[int, ...]:
        """Return the widths of the hidden layers for `rows` training rows."""
        if self.hidden is not None:
            return self.hidden
        return DEFAULT_WIDTHS if rows < WIDE_ROWS else WIDE_WIDTHS

    def peak_rate(self, rows: int) -> float:
        """Return the peak of the learning rate for `rows` training rows."""
        if self.learning_rate is not None:
            return self.learning_rate
        return DEFAULT_RATE if self.hidden_widths(rows) else LINEAR_RATE

    def dropout_share(self, rows: int) -> float:
        """Return the share of hidden units left out in a step over `rows` training rows."""
        if self.dropout is not None:
            return self.dropout
        # Dropout helps on small tables and costs score on large ones (measured on letters).
        fading = (NO_DROPOUT_ROWS - rows) / (NO_DROPOUT_ROWS - FULL_DROPOUT_ROWS)
        return DEFAULT_DROPOUT * min(max(fading, 0.0), 1.0)

    def steps_per_epoch(self, rows: int) -> int:
        """Return the number of full batches in `rows`; an epoch leaves out the remainder."""
        return rows // self.batch_rows(rows)

    def evaluation_interval(self, total_steps: int) -> int:
        """Return the steps between two evaluations in a training of `total_steps` steps."""
        return max(1, total_steps // self.evaluations)

    def total_steps(self, rows: int) -> int:
        """Return the steps of a training over `rows` rows."""
        per_epoch = self.steps_per_epoch(rows)
        if self.epochs is not None:
            return self.epochs * per_epoch
        steps = min(max(DEFAULT_EPOCHS * per_epoch, FEWEST_STEPS), MOST_STEPS)
        return ceil(steps / per_epoch) * per_epoch


OPTIONS: Mapping[str, Option] = options_of(TrainConfig)
"""Each setting of a training as the command line, the widgets and the links need it."""


def _as_tuple(name: str, value: object, example: str) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise SettingError(f"{name} must be a list", repr(value), f"use for example {name}={example}")
    return tuple(value)


def _require_each_once(kind: str, values: Iterable[object]) -> None:
    given = list(values)
    if not 0 < len(given) == len(set(given)):
        raise SettingError(f"Give at least one {kind}, each once", tuple(given))
