"""The table of formats: one entry is all that a new format needs."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pandas as pd
import pytest

from east.command_line.parser import parser
from east.errors import SettingError, TableError
from east.tables import FORMATS, Format, ReadOptions, read_table, upload_endings
from east.tables.formats import Content
from tests.app_driver import opened
from tests.tables_corpus.making import zipped

ROOT = Path(__file__).resolve().parents[1]


def recognise(content: Content) -> str | None:
    return "the file starts with the word stones" if content.data.startswith(b"stones ") else None


def read(content: Content) -> pd.DataFrame:
    sizes = [int(size) for size in content.data.split()[1:]]
    return pd.DataFrame({"size": sizes})


@pytest.fixture
def stones(monkeypatch: pytest.MonkeyPatch) -> Format:
    """A format that exists in this test only."""
    entry = Format("stones", "list of stones", ("stn", "pebble"), "text", recognise, read, ("encoding",))
    monkeypatch.setitem(FORMATS, entry.key, entry)
    return entry


def help_text() -> str:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), pytest.raises(SystemExit):
        parser("profile").parse_args(["profile", "--help"])
    return " ".join(shown.getvalue().split())


@pytest.mark.usefixtures("stones")
def test_a_new_format_is_recognised_and_read() -> None:
    table = read_table(b"stones 3 5 8", "beach.txt")
    assert table.frame["size"].tolist() == [3, 5, 8]
    finding = next(finding for finding in table.findings if finding.what == "format")
    assert str(finding) == "format: stones (the file starts with the word stones)"
    chosen = read_table(b"rocks 1 2", "beach.txt", ReadOptions(format="stones"))
    assert chosen.frame["size"].tolist() == [1, 2]


@pytest.mark.usefixtures("stones")
def test_a_new_format_is_found_in_an_archive_by_its_endings() -> None:
    for ending in ("stn", "pebble"):
        archive = zipped({"notes.md": b"hello", f"beach.{ending}": b"stones 4 6"})
        table = read_table(archive, "all.zip")
        member = next(finding for finding in table.findings if finding.what == "member")
        assert (member.decided, table.frame["size"].tolist()) == (f"beach.{ending}", [4, 6])


def test_a_new_format_is_named_by_the_command_line(stones: Format) -> None:
    assert stones.key in help_text()


def test_a_new_format_is_named_in_messages(stones: Format) -> None:
    with pytest.raises(SettingError, match=stones.key):
        ReadOptions(format="pickle")
    with pytest.raises(TableError, match=stones.key):
        read_table(b"%PDF-1.7", "paper.csv")


def test_a_new_format_can_be_uploaded(stones: Format) -> None:
    assert {*stones.endings, "gz", "zip"} <= set(upload_endings())
    uploader = opened().get("file_uploader")[0]
    assert {f".{ending}" for ending in stones.endings} <= set(uploader.proto.type)
    assert stones.key in uploader.proto.label


def test_every_format_has_endings_and_options_that_exist() -> None:
    endings = [ending for entry in FORMATS.values() for ending in entry.endings]
    assert len(endings) == len(set(endings))
    assert all(entry.endings and entry.label for entry in FORMATS.values())
    assert {name for entry in FORMATS.values() for name in entry.options} <= set(ReadOptions.__annotations__)
    assert [entry.key for entry in FORMATS.values() if entry.fallback] == ["csv"]
