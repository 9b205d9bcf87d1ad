"""`python -m east profile`: look at one table."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from east.command_line.output import say
from east.command_line.table import as_json
from east.command_line.tables import named_target, read


def profile_command(options: argparse.Namespace) -> None:
    """Look at one table and print what is in it."""
    from east.dataset import profile, profile_text

    table = read(options)
    facts = profile(table, named_target(options))
    if options.json:
        print(as_json({**asdict(facts), "findings": [asdict(finding) for finding in table.findings]}))
        return
    say("\n".join((profile_text(facts), *(("", "how it was read") if table.findings else ()))))
    for finding in table.findings:
        say(f"   {finding}")
