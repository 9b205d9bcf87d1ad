"""What the README says is so: its commands, its examples, its tree, its tables."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from east.annealing import Annealing
from east.benchmark import SUITES, plan
from east.command_line.parser import given, parser
from east.losses import LOSSES, PAPER_ANNEALING, RECOMMENDED_ANCHOR, RECOMMENDED_ANNEALING
from east.metrics import METRICS
from east.rules import RULES
from east.training import TrainConfig
from tests.test_layers import ARROWS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP = "python3 -m venv .venv && .venv/bin/python -m pip install -r requirements.txt && "


def section(heading: str) -> str:
    return re.split(rf"^## {heading}$", README, flags=re.MULTILINE)[1].split("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)


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


def examples() -> list[list[str]]:
    lines = [line for block in blocks(section("Command line"), "bash") for line in block.splitlines()]
    return [shlex.split(line) for line in lines]


@pytest.mark.parametrize("words_given", examples(), ids=lambda given: " ".join(given[3:6]))
def test_command_line_examples_are_understood(words_given: list[str]) -> None:
    assert words_given[:3] == [".venv/bin/python", "-m", "east"]
    options = parser(words_given[3]).parse_args(words_given[3:])
    if options.command == "train":
        assert (ROOT / options.file).is_file()
        assert options.metric in METRICS
        chosen = given(options, ("losses", "rules"))
        assert set(chosen.get("losses", TrainConfig.losses)) <= set(LOSSES)
        assert set(chosen.get("rules", TrainConfig.rules)) <= set(RULES)
    elif options.command == "report":
        assert options.out.suffix == ".html"
    elif options.command == "profile":
        assert (ROOT / options.file).is_file()
    elif not options.speed:
        assert options.suite in SUITES
        tables = [str(ROOT / text) for text in options.tables]
        made = plan(tables, options.suite, options.metrics, options.losses, options.rules, options.seeds)
        assert made.tables[0].make(0)


def test_library_examples_run() -> None:
    code = "\n".join(blocks(section("Library"), "python"))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "100%  soft" in done.stdout
    assert "'Adelie'" in done.stdout


def tracked() -> set[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in listed.stdout.split("\0") if name}


def described() -> dict[str, str]:
    """Read the tree: each file and folder (with a final slash) with its line of description."""
    found: dict[str, str] = {}
    folders: list[str] = []
    for line in blocks(section("The tree"), "text")[0].splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        name, _, description = line.strip().partition(" ")
        path = "".join(folders[:depth]) + name
        if name.endswith("/"):
            folders[depth:] = [name]
        found[path] = description.strip()
    return found


def test_the_tree_is_that_of_the_tracked_files() -> None:
    """A package's __init__.py is told by the line of its folder."""
    files = {name for name in tracked() if not name.endswith("__init__.py")}
    told = {path for path in described() if not path.endswith("/")}
    assert told - files == set(), "the README's tree names files that are not tracked"
    assert files - told == set(), "the README's tree lacks tracked files"


def test_every_file_and_package_has_one_line() -> None:
    tree = described()
    packages = {name.removesuffix("__init__.py") for name in tracked() if name.endswith("__init__.py")}
    assert packages <= set(tree)
    empty = [path for path, text in tree.items() if not text and (path in packages or not path.endswith("/"))]
    assert empty == []


def test_the_layers_table_is_what_the_test_of_layers_holds() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", section("The layers"), re.MULTILINE)
    told = {name: set(re.findall(r"\w+", arrows)) for name, arrows in rows}
    assert told == {name: set(arrows) for name, arrows in ARROWS.items()}


def test_every_metric_and_loss_is_named() -> None:
    text = section("The method in short")
    assert [key for key in (*METRICS, *LOSSES) if f"`{key}`" not in text] == []


@pytest.mark.parametrize(
    ("annealing", "anchor"),
    [
        (PAPER_ANNEALING, "no anchor"),
        (RECOMMENDED_ANNEALING, f"{RECOMMENDED_ANCHOR:g} x metric-adjusted cross-entropy"),
    ],
    ids=["east_paper", "east"],
)
def test_the_two_recipes_are_those_of_the_code(annealing: Annealing, anchor: str) -> None:
    start, end = annealing.start, annealing.end
    path = f"delta {start.delta:g} -> {end.delta:g}, omega {start.omega:g} -> {end.omega:g}"
    assert re.search(rf"{re.escape(path)},[^.]*{re.escape(anchor)}", section("The method in short"))


def test_requirements_are_pinned_each_with_its_reason() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in wanted if not re.fullmatch(r"[\w-]+==[\w.]+ +# .+", line)] == []
    assert any(line.startswith("torch==2.13.0 ") for line in wanted)
