"""What can be set: its name for people, the values it takes, and what leaving it empty means.

Metrics and `TrainConfig` describe their options with these; the command line, the pages' widgets and the
links read them, so that a range or a help text stands in one place.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

from east.errors import SettingError

<<<<<<< HEAD
Kind = Literal["whole", "number", "choice", "class", "matrix", "text"]
Scalar = int | float | str
NO_CHOICES: Mapping[str, str] = MappingProxyType({})
=======
BAD_INPUT = 2
MOST_SEEDS = 1000

# Options that are handed on under their own name, where given; every default stays where it belongs.
TABLE_OPTIONS = (
    "format", "encoding", "delimiter", "decimal", "quote", "header", "sheet", "member",
    "thousands", "units", "second_header", "keep_words", "join_alike",
)  # fmt: skip
SPLIT_OPTIONS = ("exclude", "shares", "rare", "missing_target", "bins", "group", "time")
METRIC_OPTIONS = ("beta", "average", "weights")
CONFIG_OPTIONS = (
    "losses", "epochs", "batch_size", "hidden", "dropout", "learning_rate", "weight_decay", "clip",
    "averaging", "evaluations", "patience", "device", "precision",
)  # fmt: skip
>>>>>>> tables


@dataclass(frozen=True)
class Option:
    """One option of a metric or a training.

    Args:
        label: its name for people.
        help: one sentence for a command line or a tooltip.
        kind: a whole number, a number, one of `choices`, the position of a class, a matrix `[K, K]`, or any
            text.
        least: smallest value allowed.
        most: largest value allowed.
        open_ends: whether `least` ("least"), `most` ("most") or both are themselves not allowed.
        choices: value -> label, for a choice.
        many: whether it holds several values, as a tuple.
        empty: what leaving it empty (None) means; "" where it must have a value.
        shown: the range and the step of a widget, narrower than what is allowed.
        flag: its name on the command line, where that differs from the field's.
        link: its name in links, where that differs from the field's.
        example: a value that works, for error messages.
    """

    label: str
    help: str = ""
    kind: Kind = "number"
    least: float = -math.inf
    most: float = math.inf
    open_ends: tuple[Literal["least", "most"], ...] = ()
    choices: Mapping[str, str] = field(default_factory=lambda: NO_CHOICES, hash=False)
    many: bool = False
    empty: str = ""
    shown: tuple[float, float, float] | None = None
    flag: str = ""
    link: str = ""
    example: str = ""

    def check(self, name: str, value: object) -> None:
        """Refuse a value that cannot work.

        Args:
            name: the option's name in code, for the message.
            value: what was given; None is allowed where `empty` says what it means.

        Raises:
            SettingError: with the range or the choices.
        """
        if value is None and self.empty:
            return
        for one in value if self.many and isinstance(value, tuple) else (value,):
            if not self._allows(one):
                raise SettingError(f"{name} must be {self.range_text()}", repr(value), self._remedy())

    def read(self, text: str) -> Scalar:
        """Read one value from a command line or a link.

        Raises:
            ValueError: for a text that is no such value (the message says what is allowed).
        """
        try:
            value: Scalar = {"whole": int, "number": float}.get(self.kind, str)(text)
        except ValueError:
            raise ValueError(f"{text!r} is not {self.range_text()}") from None
        if not self._allows(value):
            raise ValueError(f"{text!r} is not {self.range_text()}")
        return value

    def range_text(self) -> str:
        """Say in words which values are allowed: "a whole number, 1 or more", "one of a, b"."""
        if self.kind == "choice":
            return f"one of {', '.join(self.choices)}"
        if self.kind in ("matrix", "text"):
            return "K rows of K numbers" if self.kind == "matrix" else "a word"
        noun = "a number" if self.kind == "number" else "a whole number"
        low = "above" if "least" in self.open_ends else "from"
        ends = [f"{low} {self.least:g}" if math.isfinite(self.least) else ""]
        if math.isfinite(self.most):
            ends.append(f"below {self.most:g}" if "most" in self.open_ends else f"up to {self.most:g}")
        elif math.isfinite(self.least) and low == "from":
            ends.append("up")
        return " ".join([noun, *filter(None, ends)])

    def _allows(self, value: object) -> bool:
        if self.kind == "choice":
            return isinstance(value, str) and value in self.choices
        if self.kind in ("matrix", "text"):
            return True  # whoever uses it says what is wrong with it
        wanted = numbers.Real if self.kind == "number" else numbers.Integral
        if isinstance(value, bool) or not isinstance(value, wanted):
            return False
        size = float(value)
        low = size > self.least if "least" in self.open_ends else size >= self.least
        high = size < self.most if "most" in self.open_ends else size <= self.most
        return low and high

    def _remedy(self) -> str | None:
        return f"use for example {self.example}" if self.example else None


def setting(default: Any, option: Option) -> Any:
    """Declare a field of a dataclass of settings, with all there is to say of it."""
    return field(default=default, metadata={"option": option})


<<<<<<< HEAD
def options_of(settings: type) -> Mapping[str, Option]:
    """List the options that a dataclass of settings declares with `setting`, by field name."""
    found = {each.name: each.metadata.get("option") for each in fields(settings)}
    return MappingProxyType({name: option for name, option in found.items() if option is not None})
=======
def _add_metric(train: argparse.ArgumentParser) -> None:
    add = train.add_argument_group("metric").add_argument
    add("--metric", default="fbeta", metavar="KEY", help="what to train for, see `list` (fbeta)")
    add("--beta", type=float, help="weight of recall against precision")
    add("--average", metavar="HOW", help="macro, micro, weighted or class")
    add("--class", dest="class_name", metavar="LABEL", help="the one class that --average class is about")
    add("--weights", metavar="HOW", help="of kappa: linear or quadratic")
    add("--gain", type=Path, metavar="FILE", help="of gain: K lines of K numbers, in the order of classes")


def _add_race(train: argparse.ArgumentParser) -> None:
    add = train.add_argument_group("race").add_argument
    add("--losses", nargs="+", metavar="KEY", help="see `list` (east cross_entropy)")
    add("--seeds", type=_whole(1, MOST_SEEDS), default=1, metavar="N", help="repetitions: seeds 0 to N-1 (1)")
    add("--epochs", type=int, metavar="N", help="passes over the training rows (30, in 600 to 2,000 steps)")
    add("--batch-size", type=int, metavar="N", help="rows a step (512)")
    add("--hidden", type=int, nargs="*", metavar="WIDTH", help="widths of the hidden layers (64 64)")
    add(
        "--dropout",
        type=float,
        metavar="SHARE",
        help="hidden units left out in a step (0.2, less beyond 5,000 rows)",
    )
    add("--learning-rate", type=float, metavar="RATE", help="peak of the one-cycle schedule (0.01)")
    add("--weight-decay", type=float, metavar="X", help="of AdamW (0.01)")
    add("--clip", type=float, metavar="NORM", help="largest gradient norm (1)")
    add("--averaging", type=float, metavar="DECAY", help="of the weights' moving average, 0 for none (0.98)")
    add("--evaluations", type=int, metavar="N", help="looks at the validation rows (50)")
    add("--patience", type=int, metavar="N", help="looks without a better score before a lane stops")
    add("--device", metavar="NAME", help="auto, cpu, cuda, cuda:1, mps (auto)")
    add("--precision", metavar="TYPE", help="float32 or bfloat16 (float32)")


def _add_profile(profile: argparse.ArgumentParser) -> None:
    add = profile.add_argument
    add("file", metavar="FILE", help="csv, tsv, xlsx, parquet and others")
    add("--target", metavar="COLUMN", help="column to predict (the likeliest one)")
    add("--json", action="store_true", help="print one JSON object instead of text")


def _add_split(train: argparse.ArgumentParser) -> None:
    add = train.add_argument_group("columns and split").add_argument
    add("--exclude", nargs="+", metavar="COLUMN", help="columns to leave out")
    add("--shares", type=float, nargs=3, metavar="X", help="training, validation, test (0.6 0.2 0.2)")
    add("--split-seed", type=_whole(0, 2**32 - 1), default=0, metavar="N", help="of the split (0)")
    add("--rare", metavar="HOW", help="classes too small for the split: refuse, merge or keep (refuse)")
    add("--missing-target", metavar="HOW", help="rows without a target: refuse or leave_out (refuse)")
    add("--bins", type=int, metavar="N", help="cut a numeric target into N classes")
    add("--group", metavar="COLUMN", help="keep rows of the same value on one side of the split")
    add("--time", metavar="COLUMN", help="split by time: the newest rows are the test")


def _add_reading(command: argparse.ArgumentParser) -> None:
    add = command.add_argument_group("reading the file, where it cannot be found out").add_argument
    add("--format", metavar="NAME", help=format_names())
    add("--thousands", metavar="MARK", help="between groups of three digits: . or , or '' for none")
    add(
        "--units",
        type=_yes,
        metavar="ANSWER",
        help="read numbers with a unit such as 5 kg as numbers: yes or no",
    )
    add(
        "--second-header",
        type=_yes,
        metavar="ANSWER",
        help="the row under the header holds no values: yes or no",
    )
    add("--keep-words", type=_yes, metavar="ANSWER", help="keep NA, None and the like as words: yes or no")
    add(
        "--join-alike",
        type=_yes,
        metavar="ANSWER",
        help="join labels that differ in spaces or case: yes or no",
    )
    add("--encoding", metavar="NAME", help="of a text file, such as cp1252")
    add("--delimiter", type=_mark, metavar="MARK", help="one character, or the word tab or space")
    add("--decimal", metavar="MARK", help="the decimal mark: . or ,")
    add("--quote", metavar="MARK", help="the quote character; '' for none")
    add("--header", type=_yes, metavar="ANSWER", help="whether the first line names the columns: yes or no")
    add("--sheet", metavar="NAME", help="of a workbook")
    add("--member", metavar="NAME", help="of a zip archive, the file in it")


def _mark(text: str) -> str:
    return {"tab": "\t", "\\t": "\t", "space": " "}.get(text, text)


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise argparse.ArgumentTypeError(f"got {text!r}, give yes or no")
    return text == "yes"


def _add_benchmark(benchmark: argparse.ArgumentParser) -> None:
    add = benchmark.add_argument
    add("tables", nargs="*", metavar="TABLE", help="FILE:TARGET; none means the suite")
    add("--suite", default="development", metavar="NAME", help="a named list of tables (development)")
    add("--metrics", nargs="+", metavar="KEY", help="such as mcc or fbeta:beta=0.25")
    add("--losses", nargs="+", metavar="KEY", help="keys of `list`, also with +offsets")
    add("--seeds", type=_whole(1, MOST_SEEDS), default=3, metavar="N", help="each with its own split (3)")
    add("--epochs", type=int, metavar="N", help="passes over the training rows (30, in 600 to 2,000 steps)")
    add("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda, mps (cpu)")
    add("--jobs", type=_whole(1, 1024), metavar="N", help="processes of one thread each (one a core)")
    add("--out", type=Path, metavar="DIR", help="also write rows.csv and summary.json there")
    add("--json", action="store_true", help="print one JSON object instead of a table")
    add("--speed", action="store_true", help="measure speed instead of scores")
    add("--quiet", action="store_true", help="no progress on stderr")
>>>>>>> tables
