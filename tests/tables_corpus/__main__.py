"""Read the whole corpus and print by how many MiB the process grew at its highest."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from east.tables import read_table
from tests.tables_corpus import all_cases, outcome


def highest() -> int:
    """The most memory this process has had, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage says on Linux begins with the memory of the process that started this one.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20


def measure() -> None:
    """Print the growth."""
    read_table(b"a,b\n1,2\n")
    baseline = highest()
    for case in all_cases():
        outcome(case)
    sys.stdout.write(str(highest() - baseline))


if __name__ == "__main__":
    measure()
