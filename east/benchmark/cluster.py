"""The cells of a benchmark on the workers of a Dask cluster.

Each cell is a task of its own. joblib's backend for Dask (1.6) does not do: it puts short cells together into one
task, and tells `Parallel` nothing when a task has lost its workers or the scheduler is gone, so that a benchmark
would wait for ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from east.benchmark.planning import Plan
from east.benchmark.rows import Row
from east.benchmark.suites import BenchmarkTable
from east.errors import ParallelError, SettingError, not_installed
from east.version import __version__

if TYPE_CHECKING:
    from distributed import Client

Race = Callable[[Plan, BenchmarkTable, int], list[Row]]
ANSWER_S, WORKER_S = 10.0, 60.0
"""Seconds that the scheduler has to answer, and the first worker to be there."""
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

        waiting = {client.submit(_cell, _versions(), race, plan, *cell, pure=False): cell for cell in cells}
        _await_worker(client, address)
        for future in as_completed(list(waiting), loop=client.loop):
            table, seed = waiting.pop(future)
            try:
                rows = future.result()
            except KilledWorker as error:
                lost = f"{table.name} with seed {seed} lost its worker {error.allowed_failures + 1} times"
                raise ParallelError(lost, None, f"look into the workers' logs, then {RUN_AGAIN}") from None
            except CancelledError:
                raise ParallelError("The Dask scheduler is gone", repr(address), RUN_AGAIN) from None
            except (ImportError, RuntimeError) as error:
                if _lacks_modules(error):
                    what = "The Dask cluster cannot import what the cells need"
                    remedy = "install the same version of east where the scheduler and the workers run"
                    raise ParallelError(what, None, remedy) from error
                raise
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
        client = Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, ValueError):
        remedy = "give the address that it prints when it starts, such as tcp://127.0.0.1:8786"
        raise SettingError("No Dask scheduler answers there", repr(address), remedy) from None
    with client:
        yield client


def _await_worker(client: Client, address: str) -> None:
    """Return when there is a worker; the tasks are submitted before, so that an adaptive cluster starts some."""
    try:
        client.wait_for_workers(1, WORKER_S)
    except TimeoutError:
        remedy = f"start some with: dask worker {address} --nthreads 1"
        raise ParallelError("The Dask cluster has no worker", repr(address), remedy) from None


def _versions() -> str:
    import torch

    return f"east {__version__} and torch {torch.__version__.partition('+')[0]}"


def _cell(versions: str, race: Race, plan: Plan, table: BenchmarkTable, seed: int) -> list[Row]:
    """Run one cell in a worker."""
    if versions != _versions():
        raise ParallelError("A worker has other versions", _versions(), f"install {versions} there")
    # A worker may have several threads, but the number of threads of torch and BLAS belongs to the process.
    with _one_at_a_time:
        return race(plan, table, seed)


def _lacks_modules(error: ImportError | RuntimeError) -> bool:
    """Whether a task failed because a worker or the scheduler could not read it."""
    return isinstance(error, ImportError) or "deserialization of the task graph" in str(error)
