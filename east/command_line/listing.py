"""`python -m east list`: the names that options take."""

from __future__ import annotations

import argparse


def list_command(options: argparse.Namespace) -> None:
    """Print the names that options take."""
    from east.benchmark import SUITES
    from east.losses import LOSSES
    from east.metrics import METRICS
    from east.rules import RULES
    from east.tables import samples

    groups = {
        "metrics": {key: spec.label for key, spec in METRICS.items()},
        "losses": {key: spec.label for key, spec in LOSSES.items()},
        "rules": {key: spec.hint for key, spec in RULES.items()},
        "samples": {str(sample.file): f"target {sample.target}" for sample in samples()},
        "suites": {name: f"{len(tables)} tables" for name, tables in SUITES.items()},
    }
    for group, names in groups.items():
        print(group, *(f"  {name:<24} {note}".rstrip() for name, note in names.items()), sep="\n")
