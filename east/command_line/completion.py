"""`east completion`: a script that lets a shell complete the commands, their options and the options' values."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping

from east.command_line.parser import metric_options, parser

PROGRAM = "east"
"""Shells complete the installed command; they cannot tell `python -m east` from any other module."""


def completion_command(options: argparse.Namespace) -> None:
    """Print the script for a shell."""
    import shtab

    top = parser(program=PROGRAM, every=True)
    _add_values(top, _named_values(), {"FILE": shtab.FILE, "TABLE": shtab.FILE, "DIR": shtab.DIRECTORY})
    print(shtab.complete(top, shell=options.shell))


def _named_values() -> Mapping[str, Iterable[str]]:
    """Gather the values that options take by name, by the option's name in code."""
    from east.benchmark import SUITES
    from east.losses import LOSSES
    from east.metrics import METRICS
    from east.references import REFERENCES
    from east.rules import RULES
    from east.tables.formats import FORMATS
    from east.training import OPTIONS

    tables = {
        "metric": METRICS,
        "metrics": METRICS,
        "losses": LOSSES,
        "rules": RULES,
        "references": REFERENCES,
        "suite": SUITES,
        "format": FORMATS,
    }
    choices = {name: option.choices for name, option in {**metric_options(), **OPTIONS}.items()}
    return {**{name: found for name, found in choices.items() if found}, **tables}


def _add_values(
    command: argparse.ArgumentParser, values: Mapping[str, Iterable[str]], paths: Mapping[str, object]
) -> None:
    """Tell each option of a parser, and of those beneath it, which values and paths complete it."""
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for beneath in action.choices.values():
                _add_values(beneath, values, paths)
        elif action.dest in values:
            action.choices = list(values[action.dest])
        elif isinstance(action.metavar, str) and action.metavar in paths:
            action.complete = paths[action.metavar]  # type: ignore[attr-defined]
