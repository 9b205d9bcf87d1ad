"""What people expect of a command: a bar or lines, a version, completion, standard input, a schema, statuses."""

from __future__ import annotations

import copy
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from east.command_line import COMMANDS, main
from east.command_line.exit_status import MEANINGS
from east.command_line.parser import parser
from east.command_line.progress import Bar, Lines, progress
from east.command_line.schemas import SCHEMAS, schema_text
from east.comparison.kinds import Kind
from east.kept import KeptRuns, open_run
from east.losses import LOSSES
from east.metrics import METRICS
from east.rules import RULES
from east.tables import Limits
from east.version import __version__

ROOT = Path(__file__).parents[1]
WINE = ROOT / "sample_data" / "wine.csv"
QUICK = ("--epochs", "3", "--evaluations", "3", "--device", "cpu")
Captured = pytest.CaptureFixture[str]


def said(capsys: Captured, *words: str, status: int = 0) -> tuple[str, str]:
    capsys.readouterr()
    assert main(words) == status
    shown = capsys.readouterr()
    return shown.out, shown.err


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Put bytes on standard input."""
    return lambda data: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def on_a_terminal(columns: int, *words: str) -> tuple[str, str, int]:
    """Run the command with standard error on a terminal so wide; returns what both streams got, and the status."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "east", *words]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    told = b""
    try:
        while part := os.read(ours, 65536):
            told += part
    except OSError:  # how Linux says that nobody writes any more
        pass
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    return out.decode(), told.decode(), process.returncode


def test_a_terminal_gets_one_line_that_moves_and_standard_output_only_the_result() -> None:
    shown, told, status = on_a_terminal(70, "train", str(WINE), *QUICK, "--json")
    assert status == 0 and json.loads(shown)["table"] == "wine.csv"
    last = told.rstrip("\r\n").rpartition("\n")[2]
    states = re.findall(r"(\d+)% \|[^|]{24}\| step (\d+)/(\d+) \[", last)
    assert [int(at) for _, at, _ in states] == sorted(int(at) for _, at, _ in states)
    assert states[0][0] == "0" and states[-1] == ("100", states[0][2], states[0][2])
    assert all(len(state) <= 70 for state in last.split("\r"))
    assert "delimiter: ','" in told.split("0% |")[0]


class Screen(io.StringIO):
    """A terminal that keeps what it was sent."""

    def isatty(self) -> bool:
        return True


def test_a_warning_stands_above_the_bar_once_and_every_line_of_a_log_has_it(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    options = parser("train").parse_args(["train", "FILE"])
    with progress(options, 40, "step {done}/{total}", 4) as lines:
        for done in range(0, 41, 4):
            lines.at(done, "good", "bad" if done > 20 else "")
    assert isinstance(lines, Lines)
    assert capsys.readouterr().err.splitlines() == [
        "step 0/40: good", "step 12/40: good", "step 20/40: good", "step 32/40: good; bad", "step 40/40: good; bad",
    ]  # fmt: skip
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with progress(options, 40, "step {done}/{total}", 4) as bar:
        bar.begin()
        for done in range(0, 41, 4):
            bar.at(done, "good", "bad" if done > 20 else "")
    assert isinstance(bar, Bar)
    assert screen.getvalue().count("bad") == 1 and screen.getvalue().endswith("\n")
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(progress(options, 40, "step {done}/{total}", 4), Lines)
    quiet = parser("train").parse_args(["train", "FILE", "--quiet"])
    with progress(quiet, 40, "step {done}/{total}", 4) as nothing:
        nothing.at(40, "good")
    assert screen.getvalue().count("\n") == 2


def test_the_version_is_printed(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"east {__version__}\n"


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS), ["runs", "resume"]], ids=" ".join)
def test_every_help_ends_with_the_exit_statuses(words: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main([*words, "--help"])
    usage, statuses = capsys.readouterr().out.split("\nexit status:\n")
    assert usage.startswith("usage: python -m east")
    assert [int(line.split()[0]) for line in statuses.splitlines()] == [0, 1, 2, 130] == list(MEANINGS)


def completed(script: Path, *words: str) -> set[str]:
    """Ask a real bash what it offers for the last word, which may be empty."""
    ask = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _shtab_east; echo "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "-c", ask, "bash", str(script), *words],
        cwd=WINE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_bash_completes_commands_options_their_values_and_files(tmp_path: Path, capsys: Captured) -> None:
    script = tmp_path / "east"
    script.write_text(said(capsys, "completion", "bash")[0], encoding="utf-8")
    assert completed(script, "east", "") >= set(COMMANDS)
    assert completed(script, "east", "pro") == {"profile"}
    assert completed(script, "east", "runs", "re") == {"rename", "resume"}
    assert completed(script, "east", "train", "wi") == {"wine.csv"}
    assert completed(script, "east", "train", "wine.csv", "--metr") == {"--metric"}
    assert completed(script, "east", "train", "wine.csv", "--metric", "") == set(METRICS)
    assert completed(script, "east", "train", "wine.csv", "--losses", "east", "") >= set(LOSSES)
    assert completed(script, "east", "benchmark", "--rules", "") >= set(RULES)
    assert completed(script, "east", "train", "wine.csv", "--average", "") >= {"macro", "micro"}


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_told_every_command(shell: str, capsys: Captured) -> None:
    script, _ = said(capsys, "completion", shell)
    assert all(re.search(rf"\b{name}\b", script) for name in COMMANDS)


def test_a_table_is_read_from_standard_input(pipe: Callable[[bytes], None], capsys: Captured) -> None:
    named = ("--target", "cultivar", *QUICK, "--quiet", "--json")
    from_file, from_pipe = json.loads(said(capsys, "train", str(WINE), *named)[0]), None
    pipe(WINE.read_bytes())
    from_pipe = json.loads(said(capsys, "train", "-", *named)[0])
    assert from_pipe == {**from_file, "table": "standard input"}
    pipe(WINE.read_bytes())
    assert json.loads(said(capsys, "profile", "-", "--json")[0])["rows"] == 178


def test_a_run_on_standard_input_says_how_it_is_had_again(
    pipe: Callable[[bytes], None], capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAST_HOME", str(tmp_path / "home"))
    pipe(WINE.read_bytes())
    out = ("--out", str(tmp_path / "out"), "--keep", "--json", "--quiet")
    result = json.loads(said(capsys, "train", "-", "--target", "cultivar", *QUICK, *out)[0])
    command = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["command"]
    assert command.startswith("python -m east train - --target=cultivar ")
    (entry,) = KeptRuns().list()
    assert entry.run_id == result["run"]
    opened = open_run(KeptRuns(), entry.run_id)
    assert opened.entry.about["origin"]["name"] == "standard input"
    assert opened.entry.about["origin"]["path"] == ""


def test_what_standard_input_cannot_give_is_refused_in_a_sentence(
    pipe: Callable[[bytes], None], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(b"")
    assert "'standard input' is empty" in said(capsys, "train", "-", status=2)[1]
    monkeypatch.setattr("east.tables.Limits", lambda: Limits(file_bytes=100))
    monkeypatch.setattr("east.tables.reading.Limits", lambda: Limits(file_bytes=100))
    pipe(WINE.read_bytes())
    assert "'standard input' is too large: got 101 bytes" in said(capsys, "profile", "-", status=2)[1]
    monkeypatch.setattr(sys, "stdin", None)
    assert said(capsys, "profile", "-", status=2)[1].startswith("east: There is no standard input; give ")
    for words in (("-",), ("--", "-:label")):
        told = said(capsys, "benchmark", *words, status=2)[1]
        assert told.startswith("east: A benchmark cannot read a table from standard input: got ")


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """Refuse whatever a schema does not name."""

    def close(node: Any) -> None:
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            close(inner)
        if isinstance(node, dict) and "properties" in node and node.get("type") == "object":
            node["additionalProperties"] = False

    closed = copy.deepcopy(schema)
    close(closed)
    return closed


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(schema_text("train-1"))
    Draft202012Validator.check_schema(found)
    return found


def test_what_train_prints_is_all_in_its_schema(
    schema: dict[str, Any], capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAST_HOME", str(tmp_path / "home"))
    validator = Draft202012Validator(strict(schema))
    race = ("--losses", "east", "cross_entropy", "--rules", "argmax", "expected", "--seeds", "2")
    beside = ("--references", "logistic", "--metric", "mcc", "--keep", "--out", str(tmp_path / "out"))
    shown, _ = said(capsys, "train", str(WINE), *QUICK, *race, *beside, "--quiet", "--json")
    result = json.loads(shown)
    validator.validate(result)
    assert result["schema"] == "train-1" and result["references"] and len(result["paired"]) == 3
    validator.validate(json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8")))
    kept = json.loads(said(capsys, "runs", "show", result["run"], "--json")[0])
    validator.validate(kept["result"])
    alone, _ = said(
        capsys, "train", str(WINE), *QUICK, "--losses", "focal", "--rules", "argmax", "--quiet", "--json"
    )
    validator.validate(json.loads(alone))
    del result["verdict"]
    assert [error.message for error in validator.iter_errors(result)] == ["'verdict' is a required property"]


def test_the_schema_knows_every_verdict_and_is_printed(schema: dict[str, Any], capsys: Captured) -> None:
    kinds = schema["properties"]["verdict"]["properties"]["kind"]["enum"]
    assert sorted(kinds) == sorted(get_args(Kind))
    assert json.loads(said(capsys, "schema")[0]) == schema
    for name in SCHEMAS:
        named = json.loads(said(capsys, "schema", name)[0])
        assert named["properties"]["schema"]["const"] == name
        assert named["$id"] == f"urn:east:schema:{name}"


def test_missing_samples_are_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    monkeypatch.setattr(sys.modules["east.tables.samples"], "FOLDER", tmp_path)
    told = said(capsys, "list", status=2)[1]
    assert told.startswith("east: The sample tables are missing: got ") and "install east again" in told
