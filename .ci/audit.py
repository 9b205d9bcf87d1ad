"""Say what pip-audit found: `audit.py REPORT.json`. Exit status 1 where a package is known to be vulnerable.

A check that could not be made is said, and is no failure. pip-audit itself calls a list clean of which it knows
nothing.
"""

import json
import sys
from pathlib import Path


def main(path: str) -> int:
    """Print the findings; returns the exit status."""
    try:
        packages = json.loads(Path(path).read_text(encoding="utf-8"))["dependencies"]
    except (OSError, ValueError, KeyError, TypeError):
        print("vulnerabilities: not checked, pip-audit could not be had or had no network")
        return 0
    checked = [package for package in packages if "vulns" in package]
    bad = [package for package in checked if package["vulns"]]
    for package in bad:
        for found in package["vulns"]:
            mended = ", ".join(found["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {found['id']}, mended in {mended}")
    print(f"vulnerabilities: {len(bad)} of {len(checked)} checked packages have one", end="")
    print(f"; {len(packages) - len(checked)} of {len(packages)} could not be checked")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
