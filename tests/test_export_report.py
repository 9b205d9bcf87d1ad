"""A finished run in a folder comes back as it was, and its report is one file of its numbers."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import east
from east.comparison import compare, summarise
from east.dataset import profile
from east.errors import EastError
from east.export import RunRecord, html_report, read_run, write_run
from east.export.history import snapshot_from_json, snapshot_to_json
from east.export.record import without_cells
from east.export.report.markup import data_script
from east.export.report.pictures import Pictures
from east.export.report.replay import MOST_MOMENTS, replay
from east.export.settings import config_from_json, config_to_json
from east.tables import table_from_frame
from east.training import Arm, TrainConfig
from tests.export_runs import COLUMN, HOSTILE, hostile_record

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return hostile_record()


def plain(value: Any) -> Any:
    """Arrays as lists and numbers that are not finite as words, so that equality is plain."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value) if one.compare}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, np.ndarray | tuple | list):
        return [plain(one) for one in value]
    return "not finite" if isinstance(value, float) and not math.isfinite(value) else value


def test_a_run_comes_back_as_it_was(record: RunRecord, tmp_path: Path) -> None:
    write_run(tmp_path, record)
    again = read_run(tmp_path)
    assert plain(again) == plain(record)
    assert summarise(compare(again.race)) == summarise(compare(record.race))
    assert all(column.examples == () for column in record.profile.columns)


def test_a_record_quotes_no_cells() -> None:
    rows = 60
    frame = pd.DataFrame(
        {
            "user_id": [f"secret{place}" for place in range(rows)],
            "mixed": ["secret" if place % 9 == 0 else str(place % 7) for place in range(rows)],
            "alike": [("secret", "Secret ", "b")[place % 3] for place in range(rows)],
            "kind": ["no", "yes"] * (rows // 2),
        }
    )
    told = profile(table_from_frame(frame, "table"), "kind")
    assert {"id", "look_alike"} <= {one.kind for one in told.concerns} and "secret" in str(told)
    assert "secret" not in str(without_cells(told)).lower()


def test_what_is_no_run_or_a_damaged_one_is_refused_in_one_sentence(
    record: RunRecord, tmp_path: Path
) -> None:
    with pytest.raises(EastError, match=r"no finished run in this folder: got .*No such file"):
        read_run(tmp_path)
    write_run(tmp_path, record)
    for name in ("race.safetensors", "history.json", "run.json"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(EastError, match="This run is damaged"):
            read_run(tmp_path)
        (tmp_path / name).write_bytes(whole)
    about = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps({**about, "format": "east-run-9"}))
    with pytest.raises(EastError, match="written by another version: got 'east-run-9'"):
        read_run(tmp_path)


def test_settings_come_back_from_json() -> None:
    gain = east.metric("gain", matrix=((1.0, 0.0), (-0.5, 2 / 3)))
    arms = (Arm("east", gain, "offsets", members=2), Arm("focal", east.metric("mcc")))
    for config in (
        TrainConfig(gain, seeds=(3, 1), hidden=(), epochs=3, dropout=0.1, patience=2),
        TrainConfig(east.metric("fbeta", average="class", class_index=1), seeds=(0, 1), arms=arms),
    ):
        assert config_from_json(json.loads(json.dumps(config_to_json(config)))) == config


def test_a_moment_before_the_first_step_comes_back(record: RunRecord) -> None:
    first = record.history[0]
    assert math.isnan(first.lanes[0].loss_value)
    again = snapshot_from_json(json.loads(json.dumps(snapshot_to_json(first), allow_nan=False)))
    assert math.isnan(again.lanes[0].loss_value) and again.arms[0].arm == first.arms[0].arm


class _Reader(HTMLParser):
    """The elements of a page, their attributes, and the texts of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["script"] and data.strip():
            self.scripts.append(data)


def test_the_report_is_one_file_that_names_no_other(record: RunRecord) -> None:
    page = html_report(record)
    reader = _Reader()
    reader.feed(page)
    assert not {"img", "a", "link", "iframe", "b", "i>", "u"} & set(reader.tags)
    assert reader.tags.count("script") == 4 and reader.tags.count("h1") == 1
    assert not {name for name, _ in reader.attributes} & {"src", "href", "onerror", "onload"}
    for name in (*HOSTILE, COLUMN):
        assert name not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    result = json.loads(reader.scripts[0])
    assert result == json.loads(json.dumps(summarise(compare(record.race))))


def test_data_cannot_end_its_script() -> None:
    value = {"</script><!--": ["<script>", "&lt;"]}
    written = data_script("x", value)
    inside = written[written.index(">") + 1 : -len("</script>")]
    assert "<" not in inside and json.loads(inside) == value


def test_a_long_history_is_replayed_in_few_moments_with_its_end(record: RunRecord) -> None:
    last = record.history[-1]
    long = [dataclasses.replace(last, step=step, progress=step / 300) for step in range(301)]
    told, stored = replay(dataclasses.replace(record, history=tuple(long)), compare(record.race), Pictures())
    assert 30 < len(stored) <= MOST_MOMENTS + 1 and stored[-1]["words"].startswith("step 300 of")
    assert f'max="{len(stored) - 1}"' in told


def test_a_race_of_one_arm_without_history_has_a_report(record: RunRecord) -> None:
    race = dataclasses.replace(record.race, results=record.race.results[:1])
    page = html_report(dataclasses.replace(record, race=race, history=(), command=""))
    assert "there is nothing to compare it with" in page and 'id="scrubber"' not in page
