"""`python -m east benchmark`: race losses and rules over many tables, or measure speed."""

from __future__ import annotations

import argparse

from east.command_line.output import folder_for
from east.command_line.parser import given
from east.command_line.progress import progress
from east.command_line.table import as_json


def benchmark_command(options: argparse.Namespace) -> None:
    """Race losses over many tables, or measure speed, and print the table."""
    from east import benchmark

    if options.speed:
        for line in benchmark.speed_lines(device=options.device):
            print(line, flush=True)
        return
    folder = None if options.out is None else folder_for(options.out)
    plan = benchmark.plan(
        tables=options.tables, suite_name=options.suite, metrics=options.metrics, losses=options.losses,
        rules=options.rules, seeds=options.seeds, settings=given(options, ("epochs", "hidden", "device")),
        members=options.members, references=options.references, shares=options.shares,
    )  # fmt: skip
    rows: list[benchmark.Row] = []
    with progress(options, plan.size, "{done}/{total} trainings", plan.size) as shown:
        shown.begin()
        races = benchmark.run(plan, jobs=options.jobs or -1, folder=folder, cluster=options.cluster)
        for done, new in enumerate(races, start=1):
            rows += new
            shown.at(done)
    summed = benchmark.Report(plan, tuple(rows))
    if folder is not None:
        summed.write(folder)
    print(as_json(summed.as_json()) if options.json else summed.as_text())
