"""Hostile names where no browser is needed: in figures, csv files and on a terminal."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from east.command_line import main
from east.figures import Figure, class_balance_figure, difference_figure, matrix_figure
from east.figures.markup import tagged, word
from east.figures.palette import LIGHT, layout
from east.plain_text import visible
from east.tables import neutralise_formulas
from tests.hostile_names import HOSTILE_NAMES

OWN_TAGS = {"b", "br", "extra"}
STEERING = {"Cc", "Cf"}


def texts(value: Any) -> Iterator[str]:
    """Every text plotly is given."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


@pytest.mark.parametrize(
    "figure",
    [
        matrix_figure(np.eye(60), HOSTILE_NAMES, still=True),
        difference_figure(np.eye(60), np.ones((60, 60)), HOSTILE_NAMES, names=(HOSTILE_NAMES[0], HOSTILE_NAMES[50])),
        class_balance_figure(HOSTILE_NAMES, list(range(1, 61))),
        Figure(
            tuple({"type": "bar", "hovertext": [tagged("<b>{}</b>", name)]} for name in HOSTILE_NAMES),
            layout(LIGHT, height=100, title={"text": HOSTILE_NAMES[0]}),
            "",
        ),
    ],
    ids=["matrix", "difference", "balance", "tagged"],
)  # fmt: skip
def test_no_tag_in_a_figure_comes_from_a_name(figure: Figure) -> None:
    drawn = figure.plotly()
    go.Figure(**drawn)
    for text in texts(drawn):
        assert {tag.strip("/").split()[0] for tag in re.findall(r"<([^<>]+)>", text)} <= OWN_TAGS, text


def test_plotly_reads_every_name_back_as_it_is_written() -> None:
    trace = matrix_figure(np.eye(60), HOSTILE_NAMES, still=True).plotly()["data"][0]
    # html.unescape reads entities as plotly's own table does, and more.
    assert [html.unescape(name) for name in trace["x"]] == [visible(name) for name in HOSTILE_NAMES]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_in_a_template_is_no_placeholder(name: str) -> None:
    written = word(name)
    assert "%{" not in written and "<" not in written
    assert html.unescape(written) == visible(name)


def test_control_characters_and_changes_of_direction_are_seen() -> None:
    every = "".join(map(chr, range(0x3000)))
    left = {character for character in visible(every) if unicodedata.category(character) in STEERING}
    assert not {
        character
        for character in left
        if unicodedata.bidirectional(character)[:2] in ("LR", "RL", "PD", "FS")
    }
    assert {character for character in left if unicodedata.category(character) == "Cc"} == {"\t", "\n"}
    assert visible("plain äöü 漢字 ±") == "plain äöü 漢字 ±"


def test_formulas_are_guarded_in_cells_and_names_and_no_two_columns_become_one() -> None:
    frame = pd.DataFrame([list(HOSTILE_NAMES)], columns=list(HOSTILE_NAMES))
    safe = neutralise_formulas(frame.assign(**{"=a": 1, "'=a": 2}))
    cells = [*safe.columns, *map(str, safe.iloc[0])]
    assert not [cell for cell in cells if re.match(r"\s*[=+@|%]|\s*-\D", cell)]
    assert safe.columns.is_unique and safe.shape == (1, 62)


def test_a_terminal_is_not_steered_by_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "\n".join(f"{place},{place % 3},{'ab'[place % 2]}" for place in range(400))
    path = tmp_path / "made.csv"
    path.write_text(f"x\x1b[31m,y\u202e,kind\x07\n{rows}\n", encoding="utf-8")
    assert main(["profile", str(path)]) == 0
    out, err = capsys.readouterr()
    assert "␛[31m" in out and not re.search("[\x1b\x07\u202e]", out + err)
    assert main(["profile", str(path), "--target", "no\x1b[2Jsuch"]) == 2
    assert "\x1b" not in capsys.readouterr().err
    assert main(["profile", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [column["name"] for column in told["columns"]] == ["x\x1b[31m", "y\u202e", "kind\x07"]
