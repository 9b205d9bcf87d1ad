"""The cells of a benchmark on the workers of a Dask cluster.

Each cell is a task of its own. joblib's backend for Dask (1.6) does not do: it puts short cells together into one
task, and tells `Parallel` nothing when a task has lost its workers or the scheduler is gone, so that a benchmark
would wait for ever.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from east.benchmark.planning import Plan
from east.benchmark.rows import Row
from east.benchmark.suites import BenchmarkTable
from east.errors import ParallelError, SettingError, not_installed

if TYPE_CHECKING:
    from distributed import Client

Race = Callable[[Plan, BenchmarkTable, int], list[Row]]
ANSWER_S, WORKER_S = 10.0, 60.0
"""Seconds that the scheduler has to answer, and the first worker to be there."""
PACKAGES = (("east", resolve_name, "east.version:__version__"), ("torch", version, "torch"))
"""What must be the same everywhere: a package, and the function and argument that find its version."""
RUN_AGAIN = "run it again: a folder of results keeps the cells that are finished"
_one_at_a_time = threading.Lock()


def race_on_cluster(
    address: str, race: Race, plan: Plan, cells: Sequence[tuple[BenchmarkTable, int]]
) -> Iterator[list[Row]]:
    """Run cells on a cluster, and yield the rows of each when it is finished.

    The cells of a lost worker run again on the others.

    Args:
        address: the scheduler's, such as "tcp://127.0.0.1:8786".
        race: runs one cell; a function that the workers can import.
        plan: the plan of the cells.
        cells: the table and seed of each.

    Raises:
        SettingError: for an address where no scheduler answers, or without the package `distributed`.
        ParallelError: for a cluster without workers or with another version of east, a cell that loses one
            worker after another, and a connection that is lost.
    """
    with _connected(address) as client:
        from distributed import CancelledError, KilledWorker, as_completed

        _await_worker(client, address)
        waiting = {client.submit(_cell, race, plan, *cell, pure=False): cell for cell in cells}
        for future in as_completed(list(waiting), loop=client.loop):
            table, seed = waiting.pop(future)
            try:
                rows = future.result()
            except KilledWorker as error:
                lost = f"{table.name} with seed {seed} lost its worker {error.allowed_failures + 1} times"
                raise ParallelError(lost, None, f"look into the workers' logs, then {RUN_AGAIN}") from None
            except CancelledError:
                raise ParallelError("The Dask scheduler is gone", repr(address), RUN_AGAIN) from None
            # Dask computes a result again whose worker is lost, as long as somebody holds the future.
            future.release()
            yield rows


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    try:
        from distributed import Client
    except ImportError:
        raise not_installed("A Dask cluster", "distributed") from None
    try:
        with ThreadPoolExecutor(1) as beside:  # a notebook's thread has a loop already
            beside.submit(asyncio.run, _greet(address)).result()
        client = Client(address, timeout=ANSWER_S, set_as_default=False)
    except Exception:  # whatever it is that answers there may break the reading of its answer in any way
        remedy = "give the address that it prints when it starts, such as tcp://127.0.0.1:8786"
        raise SettingError("No Dask scheduler answers there", repr(address), remedy) from None
    with client:
        yield client


async def _greet(address: str) -> None:
    """Exchange greetings with a scheduler: `Client` waits for ever for those of a server that keeps silent."""
    from distributed import Security
    from distributed.comm import connect

    security = Security().get_connection_args("client")
    async with asyncio.timeout(ANSWER_S):
        comm = await connect(address, timeout=ANSWER_S, **security)
        await comm.close()


def _await_worker(client: Client, address: str) -> None:
    """Return when there is a worker, and the scheduler and the workers have what the cells need.

    A worker that cannot import what a task needs would never say so: Dask (2026.8) drops its connection.
    """
    _compare("The Dask scheduler", client.run_on_scheduler)
    try:
        client.submit(int, pure=False).result(WORKER_S)  # a task, so that an adaptive cluster starts a worker
    except TimeoutError:
        remedy = f"start some with: dask worker {address} --nthreads 1"
        raise ParallelError("The Dask cluster has no worker", repr(address), remedy) from None
    _compare("A Dask worker", client.run)


def _compare(whose: str, ask: Callable[..., Any]) -> None:
    for package, look, place in PACKAGES:
        wanted = _release(look(place))
        try:
            answer = ask(look, place)
        except ImportError:
            answer = "none"
        answers = answer.values() if isinstance(answer, dict) else [answer]
        if others := set(map(_release, answers)) - {wanted}:
            what = f"{whose} has another version of {package}"
            raise ParallelError(what, ", ".join(sorted(others)), f"install {package} {wanted} there")


def _release(text: str) -> str:
    """Leave out what a version says of its build: 2.13.0 of 2.13.0+cpu."""
    return re.sub(r"\+.*", "", text)


def _cell(race: Race, plan: Plan, table: BenchmarkTable, seed: int) -> list[Row]:
    """Run one cell in a worker."""
    # A worker may have several threads, but the number of threads of torch and BLAS belongs to the process.
    with _one_at_a_time:
        return race(plan, table, seed)
