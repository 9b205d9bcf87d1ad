"""Read the whole corpus and print by how many MiB the process grew at its highest."""

from __future__ import annotations

import resource
import sys

from east.tables import read_table
from tests.tables_corpus import all_cases, outcome


def measure() -> None:
    """Count in kibibytes, as Linux does; macOS counts bytes."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    read_table(b"a,b\n1,2\n")
    baseline = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for case in all_cases():
        outcome(case)
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(str((highest - baseline) // unit))


if __name__ == "__main__":
    measure()
