"""A disk that fails costs a run nothing: one clear sentence, the training goes on, and what was kept stays."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from east.errors import EastError
from east.kept import KeptError, KeptRuns, Origin, RunKeeper, database, open_run
from east.run import Run
from east.training import Training
from tests.kept_runs import WINE, at_last, keep, keeper, recorded, same_moments, same_outcome, settings, wine

pytestmark = pytest.mark.usefixtures("one_thread")

ROOT = Path(__file__).parents[1]


@pytest.fixture
def runs(tmp_path: Path) -> KeptRuns:
    return KeptRuns(tmp_path)


def trained(kept: RunKeeper) -> Run:
    """Train with a keeper, to the end."""
    run = Run(lambda: Training(wine()[1], settings()), keeper=kept).start()
    assert run.wait(60) and kept.wait(60)
    assert run.state.status == "finished" and run.outcome is not None
    return run


def one_sentence(told: str, what: str) -> None:
    """Assert that a keeper says what is wrong in one line, and that the training goes on."""
    assert what in told and "the training goes on" in told, told
    assert "\n" not in told and "Traceback" not in told and len(told) < 300


@contextmanager
def small_disk(size: int) -> Iterator[tuple[Path, str]]:
    """Give a folder with little room, and what is said once it is full: a tmpfs, or files of bounded size."""
    folder = Path(tempfile.mkdtemp())
    mounted = (
        sys.platform == "linux"
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        ).returncode
    )
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        if not mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        yield folder, "The disk is full" if mounted else "The disk"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("share", [0.04, 0.4, 0.8])
def test_a_full_disk_is_one_sentence_and_the_training_goes_on(runs: KeptRuns, share: float) -> None:
    keep(runs, "whole")
    with small_disk(int(share * runs.path("whole").stat().st_size)) as (folder, what):
        kept = keeper(KeptRuns(folder), "a1")
        run = trained(kept)
        assert run.outcome is not None
        same_outcome(run.outcome, recorded().result)
        one_sentence(kept.status_text, what)
        for entry in KeptRuns(folder).list():  # what was kept before is whole
            assert open_run(KeptRuns(folder), entry.run_id).history[-1].step == entry.step


def test_what_could_not_be_written_is_written_once_there_is_room(
    runs: KeptRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, kept = recorded(), keeper(runs, "a1")
    machine.at = 0
    kept.began(machine)
    kept.moment(machine, machine.snapshot())
    at_last(lambda: kept.status_text)
    with monkeypatch.context() as patch:
        connect = database._connect

        def full(path: Path, mode: str) -> sqlite3.Connection:
            connection = connect(path, mode)
            connection.execute("PRAGMA max_page_count = 1")
            return connection

        patch.setattr(database, "_connect", full)
        machine.at = 1
        kept.moment(machine, machine.snapshot())
        at_last(lambda: kept.problem is not None)
        one_sentence(kept.status_text, "It is kept up to step 0, and the training goes on. The disk is full")
    machine.at = 2
    kept.moment(machine, machine.snapshot())
    at_last(lambda: kept.status_text == f"It is kept up to step {machine.step_number}.")
    runs.release("a1")
    same_moments(open_run(runs, "a1"), machine.moments[:3])


@contextmanager
def unable_to_write(folder: Path) -> Iterator[None]:
    """Take the right to write to a folder; the superuser becomes nobody, for whom rights count."""
    folder.chmod(0o555)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def test_a_folder_that_cannot_be_written_to_is_one_sentence_and_its_runs_open() -> None:
    home = Path(tempfile.mkdtemp())
    home.chmod(0o755)
    try:
        runs = KeptRuns(home)
        keep(runs, "a1")
        runs.folder.chmod(0o755)
        for path in runs.folder.iterdir():
            path.chmod(0o644)
        fresh = KeptRuns(home)
        kept = keeper(fresh, "b2")  # reads the list of samples, which nobody may be unable to
        with unable_to_write(runs.folder):
            trained(kept)
            one_sentence(kept.status_text, "It is not kept, and the training goes on. ")
            assert "cannot be" in kept.status_text
            opened = open_run(fresh, "a1")
            assert opened.outcome is not None
            same_outcome(opened.outcome, recorded().result)
            with pytest.raises(KeptError, match="cannot be written to"):
                fresh.rename("a1", "other")
            with pytest.raises(KeptError, match="cannot be written to"):
                fresh.delete("a1")
        assert [entry.run_id for entry in runs.list()] == ["a1"]
    finally:
        shutil.rmtree(home)


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    runs = KeptRuns(tmp_path / "file" / "home")
    assert runs.list() == () and runs.size() == 0 and not runs.is_full()
    kept = keeper(runs, "a1")
    trained(kept)
    one_sentence(
        kept.status_text, "It is not kept, and the training goes on. The folder for kept runs cannot be made"
    )


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.999])
def test_a_truncated_file_is_named_and_the_others_open(runs: KeptRuns, share: float) -> None:
    keep(runs, "a1")
    shutil.copy(runs.path("a1"), runs.path("b2"))
    data = runs.path("b2").read_bytes()
    runs.path("b2").write_bytes(data[: int(share * len(data))])
    with pytest.raises(KeptError) as found:
        open_run(runs, "b2")
    assert str(found.value) == "The file of this run is damaged: got b2.run; delete it."
    entries = {entry.run_id: entry for entry in runs.list()}
    assert set(entries) == {"a1", "b2"} and entries["a1"].problem is None
    assert open_run(runs, "a1").outcome is not None
    runs.delete("b2")
    assert [entry.run_id for entry in runs.list()] == ["a1"]


def test_no_flipped_bit_changes_what_is_shown(runs: KeptRuns) -> None:
    keep(runs, "a1")
    data, chance, noticed = runs.path("a1").read_bytes(), random.Random(0), 0
    for _ in range(60):
        place = chance.randrange(len(data))
        flipped = bytearray(data)
        flipped[place] ^= 1 << chance.randrange(8)
        runs.path("b2").write_bytes(flipped)
        for entry in runs.list():
            assert entry.problem is not None or (entry.title, entry.status) == ("A run", "finished")
        try:
            opened = open_run(runs, "b2", look=False)
        except EastError as error:
            assert "\n" not in str(error)
            noticed += 1
        else:  # in room that holds nothing
            assert opened.outcome is not None
            same_outcome(opened.outcome, recorded().result)
            same_moments(opened, recorded().moments)
    assert noticed > 40


def test_a_file_that_another_program_holds_is_one_sentence_until_it_lets_go(
    runs: KeptRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_S", 0.05)
    machine, kept = recorded(), keeper(runs, "a1")
    machine.at = 0
    kept.began(machine)
    kept.moment(machine, machine.snapshot())
    at_last(lambda: kept.status_text)
    holder = sqlite3.connect(runs.path("a1"), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    machine.at = 1
    kept.moment(machine, machine.snapshot())
    at_last(lambda: kept.problem is not None)
    one_sentence(kept.status_text, "Another program holds the run's file")
    holder.close()
    machine.at = 2
    kept.moment(machine, machine.snapshot())
    at_last(lambda: kept.status_text == f"It is kept up to step {machine.step_number}.")


def test_two_programs_keep_their_runs_in_one_folder(tmp_path: Path) -> None:
    settings = "--seeds 2 --epochs 60 --batch-size 32 --device cpu --evaluations 20"
    options = ["--keep", "--json", "--quiet", *settings.split()]
    command = [sys.executable, "-m", "east", "train", str(WINE), *options]
    environment = {**os.environ, "EAST_HOME": str(tmp_path)}
    programs = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    runs, seen = KeptRuns(tmp_path), set()
    at_last(lambda: len(runs.list()) == 2 or any(program.poll() is not None for program in programs), 120)
    for entry in runs.list():
        seen.add(entry.status)
    said = [program.communicate(timeout=120) for program in programs]
    assert [program.returncode for program in programs] == [0, 0]
    assert all(error.startswith("east: kept as ") for _, error in said), said
    assert seen <= {"active", "finished"}
    outcomes = []
    for entry in runs.list():
        assert entry.status == "finished" and entry.problem is None
        opened = open_run(runs, entry.run_id, look=False)
        assert opened.outcome is not None and len(opened.history) == 21
        outcomes.append(opened.outcome)
    same_outcome(*outcomes)


def test_a_run_that_another_program_trains_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; sys.path.insert(0, '.')\n"
        "from east.kept import KeptRuns; from tests.kept_runs import keep\n"
        "keep(KeptRuns(pathlib.Path(sys.argv[1])), 'a1', most=2); print('kept', flush=True); sys.stdin.read()"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None and program.stdout.readline() == "kept\n"
    runs = KeptRuns(tmp_path)
    try:
        assert runs.find("a1").status_text.startswith("in training, kept at step")
        with pytest.raises(EastError, match="in training already"):
            runs.claim("a1")
        with pytest.raises(EastError, match="in training"):
            runs.delete("a1")
    finally:
        program.kill()
        program.wait(20)
    assert runs.find("a1").status == "interrupted"
    assert runs.claim("a1")["step"] == recorded().moments[1].step
    assert runs.find("a1").status == "active"
    assert Origin.from_json(runs.find("a1").about["origin"]).kind == "sample"
