"""Habits that were given up stay given up: what no line of the app or the library may do again."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

import pytest

from tests.source_files import FILES, ROOT

SETTINGS = {"TrainConfig", "Settings", "Option"}


class Habit(NamedTuple):
    """A pattern of source text, and lines it has to find: a pattern that finds nothing would hold nothing."""

    pattern: str
    found_in: tuple[str, ...]


HABITS = {
    "an arm's key is taken apart or glued together outside Arm": Habit(
        r"(removesuffix|removeprefix|r?partition|r?split|startswith|endswith)\(f?[\"']\+|[\"']\+(offsets|argmax)|[\"']\d:[\"']",
        (
            'loss = key.removesuffix("+offsets")',
            "base, _, rule = name.partition('+')",
            'tuned = f"{key}+offsets" if key.endswith("+offsets") else key',
            'SUFFIX = "+offsets"',
            'pair = ("1:" + first.key, "2:" + second.key)',
        ),
    ),
    "lanes are grouped by the name of their loss": Habit(
        r"lane\.loss\s*(==|!=|\bin\b|:)|(?<!LOSSES)\[lane\.loss\]|lanes_of\(|key=lambda \w+: \w+\.loss\b",
        (
            "lanes = [lane for lane in moment.lanes if lane.loss == loss]",
            "groups[lane.loss].append(lane)",
            "by_loss = {lane.loss: lane for lane in snapshot.lanes}",
            'lanes_of(outcome, "east")',
            "groupby(lanes, key=lambda lane: lane.loss)",
        ),
    ),
    "measured numbers are found by their place": Habit(
        r"\bfacts\[", ("placement = facts[7 : 7 + BINS]", "soft, hard = facts[7 + BINS :].reshape(2, k, k)")
    ),
    "a metric, a loss or a rule is singled out by its key": Habit(
        r"\.?\bkey\s*(==|!=)\s*[\"']|\b(arm|lane)\.loss\s*(==|!=)\s*[\"']",
        ('matrix = GAINS if metric.key == "gain" else None', 'hero = arm.loss == "east"'),
    ),
}


@pytest.mark.parametrize("habit", HABITS)
def test_a_pattern_finds_the_habit_it_stands_for(habit: str) -> None:
    for line in HABITS[habit].found_in:
        assert re.search(HABITS[habit].pattern, line), line


@pytest.mark.parametrize("habit", HABITS)
def test_no_source_has_the_habit(habit: str) -> None:
    lines = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(HABITS[habit].pattern, line)
    ]
    assert lines == []


def test_no_setting_is_of_any_type() -> None:
    classes = {
        node.name: node
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name in SETTINGS
    }
    assert set(classes) == SETTINGS, "a class of settings has another name now"
    loose = [
        f"{name}.{ast.unparse(field.target)}: {ast.unparse(field.annotation)}"
        for name, node in classes.items()
        for field in node.body
        if isinstance(field, ast.AnnAssign) and re.search(r"\b(Any|object)\b", ast.unparse(field.annotation))
    ]
    assert loose == []
