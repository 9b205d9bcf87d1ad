"""The benchmark's grid on a real Dask cluster: the rows of this machine alone, whatever happens to workers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from distributed import LocalCluster

from east.benchmark import BenchmarkTable, Plan, Row, cluster, plan, run
from east.benchmark.cells import FOLDER
from east.command_line import main
from east.errors import ParallelError, SettingError
from east.tables import Table, read_table

ROOT = Path(__file__).parents[1]
WINE, PENGUINS = (ROOT / "sample_data" / f"{name}.csv" for name in ("wine", "penguins"))
BENCHMARK = ["benchmark", str(WINE), "--metrics", "mcc", "--losses", "east", "--epochs", "2"]
pytestmark = pytest.mark.usefixtures("one_thread")


class Grid:
    """A plan of four cells that writes down who begins which, and can hold one."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._log = folder, folder / "begun"
        self._log.touch()
        tables = tuple(
            BenchmarkTable(path.stem, partial(_begin, str(folder), str(path), target))
            for path, target in ((WINE, "cultivar"), (PENGUINS, "island"))
        )
        settings = {"epochs": 3, "device": "cpu"}
        made = plan([str(WINE)], metrics=["fbeta:beta=0.5"], losses=["east"], seeds=2, settings=settings)
        self.plan: Plan = replace(made, tables=tables, references=(("logistic", "argmax"),))

    def rows(self, **more: object) -> Iterator[list[Row]]:
        return run(self.plan, folder=self._folder, **more)  # type: ignore[arg-type]

    def hold(self, cell: str) -> None:
        (self._folder / f"hold {cell}").touch()

    def let_go(self, cell: str) -> None:
        (self._folder / f"hold {cell}").unlink()

    def begun(self) -> list[tuple[str, int]]:
        """List the cells that were begun, each with its process."""
        lines = [line.rsplit(" ", 1) for line in self._log.read_text().splitlines()]
        return [(cell, int(process)) for cell, process in lines]

    def kill_holder(self, cell: str) -> None:
        """Kill the process that has begun a cell, as soon as there is one."""
        _wait_until(lambda: cell in dict(self.begun()))
        os.kill(dict(self.begun())[cell], signal.SIGKILL)
        self.let_go(cell)

    def kept(self) -> set[str]:
        """Name the cells that are finished."""
        found = [json.loads(path.read_text()) for path in (self._folder / FOLDER).glob("*.json")]
        return {f"{rows[0]['table']} {rows[0]['seed']}" for rows in found}


def _begin(folder: str, path: str, target: str, seed: int) -> tuple[Table, str]:
    cell = f"{Path(path).stem} {seed}"
    with (Path(folder) / "begun").open("a") as file:
        file.write(f"{cell} {os.getpid()}\n")
    while (Path(folder) / f"hold {cell}").exists():
        time.sleep(0.02)
    return read_table(path), target


def _wait_until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def _meanwhile(action: Callable[[], object]) -> Iterator[None]:
    """Do something in another thread."""
    with ThreadPoolExecutor(1) as beside:
        done = beside.submit(action)
        yield
        done.result()


def _press_ctrl_c_when(so: Callable[[], bool]) -> None:
    try:
        _wait_until(so)
    finally:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _flat(parts: Iterator[list[Row]]) -> list[Row]:
    return sorted((row for rows in parts for row in rows), key=str)


@pytest.fixture
def grid(tmp_path: Path) -> Grid:
    return Grid(tmp_path)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The rows of the grid in this process."""
    return _flat(Grid(tmp_path_factory.mktemp("local")).rows())


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    folder = str(tmp_path_factory.mktemp("workers"))
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1",
        dashboard_address="127.0.0.1:0", local_directory=folder,
    ) as found:  # fmt: skip
        yield found


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Hear Ctrl-C: what a shell runs in the background may be deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def threads(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalCluster]:
    """A cluster in this process: quick to start, and to be lost."""
    with LocalCluster(
        n_workers=request.param, processes=False, host="127.0.0.1", protocol="tcp",
        threads_per_worker=2, dashboard_address="127.0.0.1:0", local_directory=str(tmp_path),
    ) as found:  # fmt: skip
        yield found


def test_two_workers_give_the_rows_of_this_machine_bit_for_bit(
    two_workers: LocalCluster, grid: Grid, expected: list[Row]
) -> None:
    assert _flat(grid.rows(cluster=two_workers.scheduler_address)) == expected
    assert len(expected) == 2 * 2 * 3
    cells, processes = zip(*grid.begun(), strict=True)
    assert sorted(cells) == ["penguins 0", "penguins 1", "wine 0", "wine 1"]
    assert os.getpid() not in processes


def test_a_grid_that_ctrl_c_ends_resumes_and_redoes_no_finished_cell(
    two_workers: LocalCluster, grid: Grid, expected: list[Row], ctrl_c: None
) -> None:
    grid.hold("wine 1")  # so that the grid cannot end before
    with (
        _meanwhile(partial(_press_ctrl_c_when, lambda: len(grid.kept()) >= 2)),
        pytest.raises(KeyboardInterrupt),
    ):
        list(grid.rows(cluster=two_workers.scheduler_address))
    finished = grid.kept()
    assert len(finished) >= 2 and "wine 1" not in finished
    grid.let_go("wine 1")
    assert _flat(grid.rows(cluster=two_workers.scheduler_address)) == expected
    times = Counter(cell for cell, _ in grid.begun())
    assert len(times) == 4 and {times[cell] for cell in finished} == {1}
    # Nothing is left to do, so that nobody looks for a cluster.
    assert _flat(grid.rows(cluster="tcp://127.0.0.1:1")) == expected
    assert Counter(cell for cell, _ in grid.begun()) == times


def test_the_command_prints_what_it_prints_without_a_cluster(
    two_workers: LocalCluster, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker runs in another folder than the command, which names its file from its own."""
    monkeypatch.chdir(WINE.parent)
    printed = []
    for where in (["--jobs", "1"], ["--cluster", two_workers.scheduler_address]):
        assert main(["benchmark", "wine.csv:cultivar", *BENCHMARK[2:], "--seeds", "1", "--json", *where]) == 0
        shown = capsys.readouterr()
        assert shown.err == "1/1 trainings\n"
        printed.append(shown.out)
    assert printed[0] == printed[1] and json.loads(printed[0])["tables"] == ["wine.csv"]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://127.0.0.1", "http://127.0.0.1:1"])
def test_an_address_where_no_scheduler_answers_is_told_in_one_sentence(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "ANSWER_S", 0.3)
    assert main([*BENCHMARK, "--quiet", "--cluster", address]) == 2
    assert capsys.readouterr().err == (
        f"east: No Dask scheduler answers there: got {address!r}; "
        "give the address that it prints when it starts, such as tcp://127.0.0.1:8786.\n"
    )


def test_a_server_of_another_kind_is_no_scheduler(monkeypatch: pytest.MonkeyPatch, grid: Grid) -> None:
    monkeypatch.setattr(cluster, "ANSWER_S", 0.3)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(SettingError, match="No Dask scheduler"),
    ):
        next(grid.rows(cluster=f"tcp://127.0.0.1:{silent.getsockname()[1]}"))


def test_without_the_package_the_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, grid: Grid
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingError, match="pip install distributed"):
        next(grid.rows(cluster="tcp://127.0.0.1:8786"))


@pytest.mark.parametrize("threads", [0], indirect=True)
def test_a_cluster_without_workers_is_not_waited_for(
    threads: LocalCluster, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "WORKER_S", 0.2)
    with pytest.raises(ParallelError, match=r"has no worker: got .*; start some with: dask worker tcp://"):
        next(grid.rows(cluster=threads.scheduler_address))


@pytest.mark.parametrize("threads", [1], indirect=True)
def test_a_scheduler_that_goes_leaves_the_finished_cells(
    threads: LocalCluster, grid: Grid, expected: list[Row]
) -> None:
    """The worker has two threads, in which cells are trained one after the other."""
    races = grid.rows(cluster=threads.scheduler_address)
    first = next(races)
    threads.close()
    with pytest.raises(ParallelError, match="The Dask scheduler is gone"):
        list(races)
    assert _flat(grid.rows()) == expected
    times = Counter(cell for cell, _ in grid.begun())
    assert times[f"{first[0].table} {first[0].seed}"] == 1


def test_a_worker_with_another_version_is_refused(
    two_workers: LocalCluster, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler lives in the process of the tests, and its version changes with ours."""
    monkeypatch.setattr("east.version.__version__", "99.0")
    with pytest.raises(
        ParallelError, match=r"worker has another version of east: got 0.*; install east 99.0"
    ):
        next(grid.rows(cluster=two_workers.scheduler_address))


@pytest.mark.parametrize("threads", [0], indirect=True)
def test_a_worker_without_east_is_refused(threads: LocalCluster, grid: Grid, tmp_path: Path) -> None:
    elsewhere = {**os.environ, "PYTHONPATH": ""}
    words = ["-m", "distributed.cli.dask_worker", threads.scheduler_address, "--no-nanny", "--no-dashboard"]
    process = subprocess.Popen(
        [sys.executable, *words], cwd=tmp_path, env=elsewhere, stderr=subprocess.DEVNULL
    )
    try:
        with pytest.raises(
            ParallelError, match="A Dask worker has another version of east: got none; install"
        ):
            next(grid.rows(cluster=threads.scheduler_address))
    finally:
        process.kill()
        process.wait()


def test_a_killed_worker_changes_nothing(two_workers: LocalCluster, grid: Grid, expected: list[Row]) -> None:
    grid.hold("wine 1")
    with _meanwhile(partial(grid.kill_holder, "wine 1")):
        assert _flat(grid.rows(cluster=two_workers.scheduler_address)) == expected
    begun = [process for cell, process in grid.begun() if cell == "wine 1"]
    assert len(begun) == 2 and begun[0] != begun[1]


def test_a_cell_that_loses_worker_after_worker_ends_the_grid_in_a_sentence(
    two_workers: LocalCluster, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(two_workers.scheduler, "allowed_failures", 0)
    grid.hold("wine 0")
    lost = r"with seed [01] lost its worker 1 times; look into the workers' logs"
    with _meanwhile(partial(grid.kill_holder, "wine 0")), pytest.raises(ParallelError, match=lost):
        list(grid.rows(cluster=two_workers.scheduler_address))
