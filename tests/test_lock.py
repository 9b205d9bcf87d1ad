"""The lock: the same pins as requirements.txt, whole, with hashes; and what is said of known vulnerabilities."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / ".github" / "requirements.lock"
ENTRIES = [
    entry.replace("\\\n", " ")
    for entry in re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8"))
    if not entry.startswith("#")
]
HASH = r"--hash=sha256:([0-9a-f]{64})"


def locked() -> dict[str, str]:
    found = [re.match(r"([\w.-]+)==([\w.+!]+) ", entry) for entry in ENTRIES]
    assert all(found), "every entry is pinned"
    return {str(canonicalize_name(each[1])): each[2] for each in found if each}


def pinned() -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split()[0].split("==") for line in lines if "==" in line]
    return {str(canonicalize_name(name)): version for name, version in pins}


def test_the_lock_holds_the_pins_of_the_requirements() -> None:
    found = locked()
    differ = {
        name: (version, found.get(name)) for name, version in pinned().items() if found.get(name) != version
    }
    remedy = LOCK.read_text(encoding="utf-8").splitlines()[1].lstrip("# ")
    assert differ == {}, f"make it anew: {remedy}"


def test_every_package_has_hashes_each_once() -> None:
    for entry in ENTRIES:
        hashes = re.findall(HASH, entry)
        assert hashes and len(set(hashes)) == len(hashes), entry[:60]


def test_the_lock_is_whole_as_far_as_this_machine_can_tell() -> None:
    found = locked()
    missing = {
        f"{name} needs {needed.name}"
        for name in found
        for text in _needs(name, found[name])
        if (needed := Requirement(text)).marker is None or needed.marker.evaluate({"extra": ""})
        if canonicalize_name(needed.name) not in found
    }
    assert missing == set()


def _needs(name: str, version: str) -> list[str]:
    """Return what an installed package says it needs, if it is installed at that version."""
    try:
        there = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return []
    return list(there.requires or ()) if there.version == version else []


def test_every_system_gets_torch_from_the_same_pin_and_linux_its_cuda() -> None:
    (torch,) = [entry for entry in ENTRIES if entry.startswith("torch==")]
    assert len(re.findall(HASH, torch)) >= 8  # a wheel for each system and version of Python
    cuda = [entry for entry in ENTRIES if re.match(r"nvidia-(cublas|cudnn|nccl)", entry)]
    assert len(cuda) >= 3 and all("sys_platform == 'linux'" in entry for entry in cuda)


def said_of(report: object, folder: Path) -> tuple[int, str]:
    file = folder / "report.json"
    if report is not None:
        file.write_text(report if isinstance(report, str) else json.dumps(report))
    command = [sys.executable, str(ROOT / ".ci" / "audit.py"), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


SOUND: dict[str, Any] = {"name": "torch", "version": "2.13.0", "vulns": []}
SKIPPED = {"name": "numpy", "skip_reason": "Dependency not found on PyPI and could not be audited"}
FLAW = {"id": "PYSEC-2026-1", "fix_versions": ["2.13.1"], "aliases": [], "description": "bad"}


def test_a_known_vulnerability_fails_and_is_named_with_the_version_that_mends_it(tmp_path: Path) -> None:
    status, said = said_of({"dependencies": [SKIPPED, {**SOUND, "vulns": [FLAW]}]}, tmp_path)
    assert status == 1
    assert said.splitlines() == [
        "torch 2.13.0: PYSEC-2026-1, mended in 2.13.1",
        "vulnerabilities: 1 of 1 checked packages have one; 1 of 2 could not be checked",
    ]


def test_a_clean_list_passes_and_what_was_not_checked_is_said(tmp_path: Path) -> None:
    status, said = said_of({"dependencies": [SOUND, SKIPPED, SKIPPED]}, tmp_path)
    assert (status, said) == (
        0, "vulnerabilities: 0 of 1 checked packages have one; 2 of 3 could not be checked\n"
    )  # fmt: skip


@pytest.mark.parametrize("report", [None, "", "no network", "[]", "{}"])
def test_a_check_that_could_not_be_made_is_said_and_is_no_failure(report: str | None, tmp_path: Path) -> None:
    status, said = said_of(report, tmp_path)
    assert status == 0 and said.startswith("vulnerabilities: not checked")
