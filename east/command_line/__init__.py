"""The command line, as `east` and as `python -m east`; `exit_status` says how it ends.

A command imports torch only once it has something to train, so that reading a table answers soon.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from east.command_line.benchmark import benchmark_command
from east.command_line.completion import PROGRAM, completion_command
from east.command_line.exit_status import BAD_INPUT, DONE, INTERRUPTED
from east.command_line.listing import list_command
from east.command_line.output import warn
from east.command_line.parser import parser
from east.command_line.profile import profile_command
from east.command_line.reporting import report_command
from east.command_line.schemas import schema_text
from east.command_line.train import train_command
from east.errors import EastError


def runs_command(options: argparse.Namespace) -> None:
    """List or change the runs that are kept; imported when asked for, because it reads arrays."""
    from east.command_line.runs import run_command

    run_command(options)


def schema_command(options: argparse.Namespace) -> None:
    """Print a JSON schema."""
    print(schema_text(options.name), end="")


COMMANDS: Mapping[str, Callable[[argparse.Namespace], None]] = {
    "train": train_command,
    "profile": profile_command,
    "report": report_command,
    "benchmark": benchmark_command,
    "runs": runs_command,
    "list": list_command,
    "schema": schema_command,
    "completion": completion_command,
}


def _program() -> str:
    """Name the program as it was called."""
    return PROGRAM if Path(sys.argv[0]).stem == PROGRAM else f"python -m {PROGRAM}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal that lacks a letter still gets the rest
    with _ended_by_sigterm():
        return _run(sys.argv[1:] if arguments is None else arguments)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that what is done is kept; only the main thread hears signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(arguments: Sequence[str]) -> int:
    try:
        words = list(arguments)
        options = parser(next(iter(words), None), _program()).parse_args(words)
        COMMANDS[options.command](options)
        sys.stdout.flush()
    except EastError as error:
        warn(f"east: {error}")
        return BAD_INPUT
    except KeyboardInterrupt:
        print("east: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; without this the interpreter would complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED
    except OSError as error:
        warn(f"east: A file cannot be read or written: got {error}; check path and space.")
        return BAD_INPUT
    return DONE
