"""Runs the ranks of a test, each as a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch.multiprocessing import get_context

PATIENCE_S = 60


def run_ranks(
    work: Callable[..., None], arguments: Sequence[tuple[object, ...]], imports: Sequence[str]
) -> list[int | None]:
    """Run the ranks to their end; returns their exit codes.

    Args:
        work: what a rank does, a function of a module.
        arguments: of each rank.
        imports: modules that are imported once, in the server that the ranks are forks of.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload([*imports, "pytest"])
    processes = [context.Process(target=work, args=each) for each in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE_S)
        if process.is_alive():
            process.kill()
    return [process.exitcode for process in processes]
