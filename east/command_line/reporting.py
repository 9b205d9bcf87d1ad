"""`python -m east report`: a finished run as one HTML file."""

from __future__ import annotations

import argparse


def report_command(options: argparse.Namespace) -> None:
    """Write the report of a run that `train --out` kept, and print where."""
    from east.export import read_run, write_report

    print(write_report(read_run(options.run), options.out))
