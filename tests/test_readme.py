"""What the README says is so: its commands, its examples, its picture, its layers and its folders."""

from __future__ import annotations

import os
import re
import shlex
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from east.benchmark import SUITES
from east.command_line.parser import given, parser
from east.metrics import METRICS
from east.references import REFERENCES
from tests.source_files import ARROWS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP = "python3 -m venv .venv && .venv/bin/python -m pip install -r requirements.txt && "
MOST_LINES = 150
# What every floor may import is left out of the picture.
EVERYWHERE = {"errors", "options", "threads", "version", "plain_text"}
ENTRANCES = {"__main__", "__init__"}


def section(heading: str) -> str:
    return re.split(rf"^## {heading}$", README, flags=re.MULTILINE)[1].split("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)


def test_it_is_read_in_three_minutes() -> None:
    assert len(README.splitlines()) <= MOST_LINES


def test_run_and_test_are_one_command_each_with_the_same_set_up() -> None:
    commands = [blocks(section(heading), "bash") for heading in ("Run it", "Test it")]
    assert commands == [
        [SET_UP + ".venv/bin/python -m streamlit run app.py"],
        [SET_UP + ".venv/bin/python -m pytest"],
    ]


def test_continuous_integration_reads_the_same_commands() -> None:
    shown = subprocess.run([ROOT / ".ci" / "run", "--commands"], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines() == [
        blocks(section(heading), "bash")[0] for heading in ("Run it", "Test it")
    ]


def test_the_picture_is_there_and_as_wide_as_the_page() -> None:
    (path,) = re.findall(r"^!\[[^\]]+\]\((.github/[^)]+)\)$", README, re.MULTILINE)
    data = (ROOT / path).read_bytes()
    assert data.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) == (1280, 720)


def examples() -> list[list[str]]:
    lines = [line for block in blocks(section("Command line"), "bash") for line in block.splitlines()]
    return [shlex.split(line) for line in lines]


@pytest.mark.parametrize("words", examples(), ids=lambda words: " ".join(words[3:6]))
def test_command_line_examples_are_understood(words: list[str]) -> None:
    assert words[:3] == [".venv/bin/python", "-m", "east"]
    options = parser(words[3]).parse_args(words[3:])
    if options.command in ("train", "profile"):
        assert (ROOT / options.file).is_file()
    if options.command == "train":
        assert options.metric in METRICS
        assert set(options.references) <= set(REFERENCES)
        assert given(options, ("out",)) or options.seeds >= (options.members or 1)
    elif options.command == "report":
        assert options.out.suffix == ".html"
    elif options.command == "benchmark":
        assert options.suite in SUITES


def test_library_examples_run(tmp_path: Path) -> None:
    code = "\n".join(blocks(section("Library"), "python")).replace("sample_data/", f"{ROOT}/sample_data/")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "100%  soft" in done.stdout
    assert "'Adelie'" in done.stdout
    assert (tmp_path / "penguins.zip").is_file()


def test_the_loss_runs_alone() -> None:
    (code,) = blocks(section("The loss alone"), "python")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(re.findall(r"tensor\(([\d.e-]+)\)", done.stdout)[0]) > 0


def tracked_folders() -> set[str]:
    """List the folders at the top, and those of the library."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [Path(name) for name in listed.stdout.split("\0") if name]
    folders = {parent for path in paths for parent in path.parents}
    return {
        f"{folder.as_posix()}/"
        for folder in folders
        if len(folder.parts) == 1 or (len(folder.parts) == 2 and folder.parts[0] == "east")
    }


def test_the_tree_names_every_folder_with_a_line_each() -> None:
    described: dict[str, str] = {}
    folders: list[str] = []
    for line in blocks(section("The tree"), "text")[0].splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        name, _, description = line.strip().partition(" ")
        folders[depth:] = [name]
        described["".join(folders)] = description.strip()
    assert {name for name in described if name.endswith("/")} == tracked_folders()
    assert [name for name, text in described.items() if not text] == []


def test_the_picture_of_the_layers_is_what_the_test_of_layers_holds() -> None:
    (picture,) = blocks(section("The layers"), "mermaid")
    drawn = {
        name: set(targets.split(" & "))
        for names, targets in re.findall(r"^  (\w[\w &]*) --> ([\w &]+)$", picture, re.MULTILINE)
        for name in names.split(" & ")
    }
    arrows = {name: set(below) - EVERYWHERE for name, below in ARROWS.items()}
    floors = EVERYWHERE | ENTRANCES
    assert drawn == {name: below for name, below in arrows.items() if below and name not in floors}


def test_requirements_are_pinned_each_with_its_reason() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in wanted if not re.fullmatch(r"[\w-]+==[\w.]+ +# .+", line)] == []
    assert any(line.startswith("torch==2.13.0 ") for line in wanted)
