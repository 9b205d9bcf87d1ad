"""The command line's words: which options there are, and which of them were given."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from east.tables.formats import format_names

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


class _Parser(argparse.ArgumentParser):
    """Answers a wrong command line in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"east: {message}; see {self.prog} --help.\n")


def parser() -> argparse.ArgumentParser:
    """Build the parser of all commands; `command` of what it parses is train, profile, benchmark or list."""
    top = _Parser(prog="python -m east", description="Train a classifier for the metric it is judged by.")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    train = commands.add_parser("train", help="train losses on a table and compare them")
    for add in (_add_output, _add_metric, _add_race, _add_split, _add_reading):
        add(train)
    profile = commands.add_parser("profile", help="look at a table: columns, likely targets, what to mend")
    _add_profile(profile)
    _add_reading(profile)
    _add_benchmark(commands.add_parser("benchmark", help="compare losses over many tables and seeds"))
    commands.add_parser("list", help="list metrics, losses, sample tables and suites")
    return top


def given(options: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Pick the options that were given, lists as tuples."""
    values = {name: getattr(options, name) for name in names}
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if value is not None
    }


def _whole(least: int, most: int) -> Any:
    """Make a reader of whole numbers; its name is what argparse calls them."""

    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{value} is not within {least} and {most}")
        return value

    return number


def _add_output(train: argparse.ArgumentParser) -> None:
    add = train.add_argument
    add("file", metavar="FILE", help="csv, tsv, xlsx, parquet and others")
    add("--target", metavar="COLUMN", help="column to predict (the sample tables have one by default)")
    add("--json", action="store_true", help="print one JSON object instead of a table")
    add("--out", type=Path, metavar="DIR", help="also write result.json and predictions.csv there")
    add("--quiet", action="store_true", help="no progress on stderr")


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
