"""The command line's parser: its options come from the tables and settings that they stand for."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

from east.command_line.exit_status import BAD_INPUT, MEANINGS
from east.command_line.runs_parser import add_runs
from east.command_line.schemas import SCHEMAS
from east.options import Option
from east.tables.formats import format_names
from east.version import __version__

MOST_SEEDS = 1000
SHELLS = ("bash", "zsh", "fish")
FILE_HELP = "csv, tsv, xlsx, parquet and others; - for standard input"

# Options that are handed on under their own name, where given; every default stays where it belongs.
TABLE_OPTIONS = (
    "format", "encoding", "delimiter", "decimal", "quote", "header", "sheet", "member",
    "thousands", "units", "second_header", "keep_words", "join_alike",
)  # fmt: skip
SPLIT_OPTIONS = (
    "exclude", "shares", "rare", "missing_target", "bins", "group", "time", "numeric_encoding",
)  # fmt: skip


class _Parser(argparse.ArgumentParser):
    """Answers a wrong command line in one line, and ends every help with the exit statuses."""

    def __init__(self, **options: Any) -> None:
        statuses = "\n".join(f"  {status:<4} {meaning}" for status, meaning in MEANINGS.items())
        super().__init__(
            epilog=f"exit status:\n{statuses}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **options,
        )

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"east: {message}; see {self.prog} --help.\n")


def parser(
    command: str | None = None, program: str = "python -m east", *, every: bool = False
) -> argparse.ArgumentParser:
    """Build the parser of all commands; `command` of what it parses is one of their names.

    Args:
        command: the one that gets its options; the losses and rules that `train` offers take seconds to import.
        program: what help calls the program.
        every: whether every command gets its options.
    """
    top = _Parser(prog=program, description="Train a classifier for the metric it is judged by.")
    top.add_argument("--version", action="version", version=f"east {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (words, sections) in _COMMANDS.items():
        added = commands.add_parser(name, help=words)
        for add in sections if every or name == command else ():
            add(added)
    return top


def given(options: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Pick the options that were given, lists as tuples."""
    values = {name: getattr(options, name) for name in names}
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if value is not None
    }


def _whole(least: int, most: int) -> Callable[[str], int]:
    """Make a reader of whole numbers; its name is what argparse calls them."""

    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{value} is not within {least} and {most}")
        return value

    return number


def _add_output(train: argparse.ArgumentParser) -> None:
    add = train.add_argument
    words = f"{FILE_HELP}; or a folder of parquet files, which may be larger than memory"
    add("file", metavar="FILE", help=words)
    add("--target", metavar="COLUMN", help="column to predict (the sample tables have one by default)")
    add("--json", action="store_true", help="print one JSON object instead of a table")
    add("--out", type=Path, metavar="DIR", help="also write results, predictions and the run there")
    words = "also write this arm's model.zip and model.onnx to --out (the first arm's)"
    add("--export", nargs="?", const="", metavar="ARM", help=words)
    words = "keep the run while it trains, so that it can be resumed; see `runs` (no)"
    add("--keep", action=argparse.BooleanOptionalAction, default=False, help=words)
    words = "also write the numbers as they come: tensorboard:DIR or mlflow:URI (neither)"
    add("--log", nargs="+", default=[], metavar="TRACKER", help=words)
    add("--quiet", action="store_true", help="no progress on stderr")


def _add_metric(train: argparse.ArgumentParser) -> None:
    group = train.add_argument_group("metric")
    group.add_argument(
        "--metric", default="fbeta", metavar="KEY", help="what to train for, see `list` (fbeta)"
    )
    for name, option in metric_options().items():
        if option.kind == "class":
            group.add_argument(_flag(name, option), dest=name, metavar="LABEL", help=_help(option))
        elif option.kind == "matrix":
            words = "file of K lines of K numbers, in the order of classes"
            group.add_argument(_flag(name, option), dest=name, type=Path, metavar="FILE", help=words)
        else:
            _add_option(group, name, option)


def metric_options() -> Mapping[str, Option]:
    """Gather the options of all metrics, each once."""
    from east.metrics import METRICS

    return {name: option for spec in METRICS.values() for name, option in spec.options.items()}


def config_names() -> tuple[str, ...]:
    """Name the options that are handed on to `TrainConfig`."""
    from east.training import OPTIONS

    return ("losses", "rules", *OPTIONS)


def _add_race(train: argparse.ArgumentParser) -> None:
    from east.losses import LOSSES
    from east.references import REFERENCES
    from east.rules import RULES
    from east.training import OPTIONS, TrainConfig

    group = train.add_argument_group("race")
    defaults: dict[str, Any] = {each.name: each.default for each in fields(TrainConfig)}
    for name, table in (("losses", LOSSES), ("rules", RULES)):
        usual = " ".join(defaults[name])
        words = f"{', '.join(table)} ({usual})"
        group.add_argument(f"--{name}", nargs="+", metavar="KEY", help=words)
    words = f"beside the race: {', '.join(REFERENCES)} (none)"
    group.add_argument("--references", nargs="+", default=[], metavar="KEY", help=words)
    seeds = "repetitions: seeds 0 to N-1 (1)"
    group.add_argument("--seeds", type=_whole(1, MOST_SEEDS), default=1, metavar="N", help=seeds)
    for name, option in OPTIONS.items():
        _add_option(group, name, option, defaults[name])


def _add_option(group: argparse._ArgumentGroup, name: str, option: Option, default: object = None) -> None:
    def read(text: str) -> object:
        try:
            return option.read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    group.add_argument(
        _flag(name, option),
        dest=name,
        type=read,
        nargs="*" if option.many else None,
        metavar={"whole": "N", "number": "X"}.get(option.kind, "NAME"),
        help=_help(option, default),
    )


def _flag(name: str, option: Option) -> str:
    return f"--{option.flag or name.replace('_', '-')}"


def _help(option: Option, default: object = None) -> str:
    """Say what an option is, and in brackets what holds without it."""
    usual = " ".join(map(str, default)) if isinstance(default, tuple) else default
    without = option.empty if default is None else usual
    text = f"{option.help.rstrip('.')} ({without})" if without not in ("", None) else option.help.rstrip(".")
    return text.replace("%", "%%")


def _add_profile(profile: argparse.ArgumentParser) -> None:
    add = profile.add_argument
    add("file", metavar="FILE", help=FILE_HELP)
    add("--target", metavar="COLUMN", help="column to predict (the likeliest one)")
    add("--json", action="store_true", help="print one JSON object instead of text")


def _add_report(report: argparse.ArgumentParser) -> None:
    add = report.add_argument
    add("run", type=Path, metavar="RUN", help="a folder that `train --out` wrote")
    add("--out", type=Path, required=True, metavar="FILE", help="of the report, such as report.html")


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
    add("--numeric-encoding", metavar="HOW", help="of numbers: piecewise or scaled (piecewise)")


def _add_reading(command: argparse.ArgumentParser) -> None:
    add = command.add_argument_group("reading the file, where it cannot be found out").add_argument
    add("--format", metavar="NAME", help=format_names())
    add("--thousands", metavar="MARK", help="between groups of three digits: . or , or '' for none")
    for flag, words in (
        ("units", "read numbers with a unit such as 5 kg as numbers: yes or no"),
        ("second-header", "the row under the header holds no values: yes or no"),
        ("keep-words", "keep NA, None and the like as words: yes or no"),
        ("join-alike", "join labels that differ in spaces or case: yes or no"),
    ):
        add(f"--{flag}", type=_yes, metavar="ANSWER", help=words)
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
    add("--losses", nargs="+", metavar="KEY", help="keys of `list` (all)")
    add("--rules", nargs="+", metavar="KEY", help="each loss races with each (argmax)")
    words = "networks on each split; above 1 every arm also races as their ensemble (1)"
    add("--members", type=_whole(1, MOST_SEEDS), default=1, metavar="N", help=words)
    add("--references", nargs="+", default=[], metavar="KEY", help="boosting, logistic, most_frequent (none)")
    add("--shares", type=float, nargs=3, metavar="X", help="training, validation, test (each table's own)")
    add("--seeds", type=_whole(1, MOST_SEEDS), default=3, metavar="N", help="each with its own split (3)")
    add("--epochs", type=int, metavar="N", help="passes over the training rows (30, in 600 to 2,000 steps)")
    words = "widths of the hidden layers; no layers make a linear model (64 64, or more for many rows)"
    add("--hidden", type=int, nargs="*", metavar="N", help=words)
    add("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda, mps (cpu)")
    where = benchmark.add_mutually_exclusive_group()
    words = "processes of one thread each (one a core)"
    where.add_argument("--jobs", type=_whole(1, 1024), metavar="N", help=words)
    words = "instead, a Dask scheduler such as tcp://HOST:8786, whose workers read each FILE themselves"
    where.add_argument("--cluster", metavar="ADDRESS", help=words)
    add(
        "--out",
        type=Path,
        metavar="DIR",
        help="also write rows.csv and summary.json there, and keep finished cells",
    )
    add("--json", action="store_true", help="print one JSON object instead of a table")
    add("--speed", action="store_true", help="measure speed instead of scores")
    add("--quiet", action="store_true", help="no progress on stderr")


def _add_schema(schema: argparse.ArgumentParser) -> None:
    words = f"what the JSON has under schema ({SCHEMAS[0]})"
    schema.add_argument("name", metavar="NAME", nargs="?", default=SCHEMAS[0], choices=SCHEMAS, help=words)


def _add_completion(completion: argparse.ArgumentParser) -> None:
    words = f"{', '.join(SHELLS)}; bash looks for it in ~/.local/share/bash-completion/completions/east"
    completion.add_argument("shell", metavar="SHELL", choices=SHELLS, help=words)


_COMMANDS: Mapping[str, tuple[str, tuple[Callable[[argparse.ArgumentParser], None], ...]]] = {
    "train": (
        "train losses on a table and compare them",
        (_add_output, _add_metric, _add_race, _add_split, _add_reading),
    ),
    "profile": (
        "look at a table: columns, likely targets, what to mend",
        (_add_profile, _add_reading),
    ),
    "report": ("write a finished run as one HTML file", (_add_report,)),
    "benchmark": ("compare losses and rules over many tables and seeds", (_add_benchmark,)),
    "runs": ("list, show, export and resume kept runs", (add_runs,)),
    "list": ("list metrics, losses, rules, sample tables and suites", ()),
    "schema": ("print the JSON schema of what `train --json` prints", (_add_schema,)),
    "completion": ("print a script that lets a shell complete east's words", (_add_completion,)),
}
