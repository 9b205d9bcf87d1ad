"""Whatever dies, wherever: what was shown as kept is there, nothing half written is shown, other runs open."""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from east.kept import KeptRuns, RunKeeper, before, database, open_run, resumed
from east.run import Run
from east.training import TrainConfig, fit
from tests.kept_runs import WINE, at_last, keep, recorded, same_moments, same_outcome, wine

pytestmark = pytest.mark.usefixtures("one_thread")

Show = Callable[[str], object]
ROOT = Path(__file__).parents[1]
OTHER, DYING = "other", "dying"
DEAD = 7


@pytest.fixture
def runs(tmp_path: Path) -> KeptRuns:
    """A store with a finished run in it."""
    store = KeptRuns(tmp_path)
    keep(store, OTHER)
    return store


class _Steps:
    """Counts every statement, every instruction of SQLite's machine among them, and dies at one of them."""

    def __init__(self, last: int | None) -> None:
        self.count, self.last = 0, last

    def __call__(self) -> int:
        self.count += 1
        if self.count == self.last:
            os._exit(DEAD)
        return 0


def die_at(monkeypatch: pytest.MonkeyPatch, steps: _Steps, instructions: int) -> None:
    """Count each statement, each file made, renamed or synced, and each so many instructions of SQLite."""
    connect, rename, sync = database._connect, Path.rename, os.fsync

    def connected(path: Path, mode: str) -> sqlite3.Connection:
        connection = connect(path, mode)
        connection.set_trace_callback(lambda _: steps() and None)
        connection.set_progress_handler(steps, instructions)
        return connection

    def renamed(path: Path, target: Path) -> Path:
        steps()
        found = rename(path, target)
        steps()
        return found

    def synced(handle: int) -> None:
        steps()
        sync(handle)

    monkeypatch.setattr(database, "_connect", connected)
    monkeypatch.setattr(Path, "rename", renamed)
    monkeypatch.setattr(os, "fsync", synced)


def in_a_child(work: Callable[[Show], None]) -> tuple[int, list[str]]:
    """Do work in a forked child; returns its exit status and what it had shown before it ended."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _work_and_leave(work, writer)
    os.close(writer)
    with os.fdopen(reader) as source:
        shown = source.read().splitlines()
    return os.waitpid(child, 0)[1], shown


def _work_and_leave(work: Callable[[Show], None], writer: int) -> NoReturn:
    try:
        sink = os.fdopen(writer, "w", buffering=1)
        work(lambda text: sink.write(f"{text}\n"))
        os._exit(0)
    finally:
        os._exit(1)


def check(home: Path, shown: list[str]) -> None:
    """Open the store as the next program does, and hold it against what was shown as kept."""
    store = KeptRuns(home)
    other = open_run(store, OTHER, look=False)
    assert other.outcome is not None
    same_outcome(other.outcome, recorded().result)
    entries = {entry.run_id: entry for entry in store.list()}
    assert set(entries) <= {OTHER, DYING}
    assert all(entry.problem is None for entry in entries.values())
    kept = [one.step for one in recorded().moments if f"It is kept up to step {one.step:,}." in shown]
    if DYING not in entries:
        assert not shown
        return
    opened = open_run(store, DYING, look=False)
    steps = [one.step for one in opened.history]
    assert steps[: len(kept)] == kept and len(steps) <= len(kept) + 1
    same_moments(opened, recorded().moments[: len(steps)])
    if opened.outcome is None:
        assert "ended" not in shown
        assert opened.entry.status == "interrupted" and opened.state is not None
        assert int(opened.state["step"][0]) == steps[-1]
    else:
        same_outcome(opened.outcome, recorded().result)


def deaths(total: int, most: int) -> list[int]:
    """Every place to die at; the last one lets the child live."""
    stride = max(1, total // most)
    return [*range(1, total + 1, stride), total + 1]


def die_everywhere(runs: KeptRuns, monkeypatch: pytest.MonkeyPatch, instructions: int, most: int) -> int:
    """Keep a run in child after child, each of which dies at a later place; returns how many died."""

    def kept_until(last: int | None) -> Callable[[Show], None]:
        def work(show: Show) -> None:
            steps = _Steps(last)
            with monkeypatch.context() as patch:
                die_at(patch, steps, instructions)
                keep(KeptRuns(runs.home), DYING, shown=show)
            show(f"steps {steps.count}")

        return work

    _, shown = in_a_child(kept_until(None))
    total, died = int(shown[-1].split()[1]), 0
    assert total > 40
    for last in deaths(total, most):
        for path in runs.folder.glob(f"{DYING}*"):
            path.unlink()
        status, shown = in_a_child(kept_until(last))
        assert os.waitstatus_to_exitcode(status) == (DEAD if last <= total else 0), shown
        died += last <= total
        check(runs.home, [text for text in shown if not text.startswith("steps")])
    return died


def test_death_at_every_statement_loses_nothing_that_was_shown(
    runs: KeptRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert die_everywhere(runs, monkeypatch, instructions=10**9, most=10**9) > 40


def test_death_between_instructions_loses_nothing_that_was_shown(
    runs: KeptRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert die_everywhere(runs, monkeypatch, instructions=1, most=25) > 20


@pytest.mark.benchmark
def test_death_at_every_instruction(runs: KeptRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    assert die_everywhere(runs, monkeypatch, instructions=1, most=10**9) > 1000


def test_death_in_the_middle_of_a_page_loses_nothing_that_was_shown(runs: KeptRuns) -> None:
    size = runs.path(OTHER).stat().st_size

    def work(limit: int) -> Callable[[Show], None]:
        def keep_within(show: Show) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            keep(KeptRuns(runs.home), DYING, shown=show)

        return keep_within

    died = 0
    for place in range(12):
        for path in runs.folder.glob(f"{DYING}*"):
            path.unlink()
        status, shown = in_a_child(work(300 + place * 2 * size // 11))
        died += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXFSZ
        check(runs.home, shown)
    assert died >= 5


def killed(folder: Path, seed: int, epochs: int) -> tuple[KeptRuns, str, int]:
    """Train in a program that is killed at a random moment after something is kept; returns how far it had come."""
    runs = KeptRuns(folder)
    settings = f"--seeds 2 --epochs {epochs} --batch-size 32 --device cpu --evaluations 100"
    options = ["--keep", "--quiet", *settings.split()]
    command = [sys.executable, "-m", "east", "train", str(WINE), *options]
    environment = {**os.environ, "EAST_HOME": str(folder)}
    program = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        chance = random.Random(seed)
        wanted = chance.randrange(1, 3 * epochs // 2)
        at_last(lambda: program.poll() is not None or any(one.step >= wanted for one in runs.list()), 120)
        time.sleep(chance.uniform(0, 0.05))
        shown = runs.list()[0].step
    finally:
        program.kill()
        program.wait(30)
    (entry,) = runs.list()
    assert entry.status == "interrupted" and entry.step >= shown
    return runs, entry.run_id, entry.step


def resumed_equals_the_uninterrupted(folder: Path, seed: int, epochs: int = 1000) -> int:
    runs, run_id, step = killed(folder, seed, epochs)
    opened = open_run(runs, run_id)
    assert opened.history[-1].step == step
    keeper = RunKeeper(runs, run_id, "", wine()[0], _origin(opened.entry.about), goes_on=True)
    run = Run(lambda: resumed(runs, opened), run_id=run_id, keeper=keeper, earlier=before(opened)).start()
    assert run.wait(120) and keeper.wait(60) and run.outcome is not None, run.state.reason
    same_outcome(run.outcome, uninterrupted(opened.config))
    kept = open_run(KeptRuns(folder), run_id)
    assert kept.outcome is not None
    same_outcome(kept.outcome, uninterrupted(opened.config))
    return step


def _origin(about: Any) -> Any:
    from east.kept import Origin

    return Origin.from_json(about["origin"])


_UNINTERRUPTED: dict[str, Any] = {}


def uninterrupted(config: TrainConfig) -> Any:
    key = repr(config)
    if key not in _UNINTERRUPTED:
        _UNINTERRUPTED[key] = fit(wine()[1], config)
    return _UNINTERRUPTED[key]


def test_a_killed_program_is_resumed_to_the_same_result(tmp_path: Path) -> None:
    assert resumed_equals_the_uninterrupted(tmp_path, 0, epochs=300) > 0


@pytest.mark.benchmark
def test_twenty_killed_programs_are_resumed_to_the_same_result(tmp_path: Path) -> None:
    steps = []
    for seed in range(20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        steps.append(resumed_equals_the_uninterrupted(folder, 100 + seed))
    assert len(set(steps)) > 5
