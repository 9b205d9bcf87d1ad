"""The app as `streamlit run app.py` serves it, writing down what its runs do; on one core, impatient or blind too."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TICK_S = 0.05


def write_down(log: Path) -> None:
    """Write a line for every new run, status or place in the line, and one every TICK_S with the newest run's step."""
    from east.run.runner import Run

    sink = log.open("a", buffering=1)
    newest: list[Run] = []  # and no other: what is over must not be held
    start, publish = Run.start, Run._publish

    def note(run: Run) -> None:
        step = run.machine.step_number if run.machine else 0
        state = run.state
        entry = {
            "at": time.time(), "run": run.id, "status": state.status, "ahead": state.ahead, "step": step
        }  # fmt: skip
        sink.write(json.dumps(entry) + "\n")

    def started(run: Run) -> Run:
        newest[:] = [run]
        note(run)
        return start(run)

    def published(run: Run, **changes: Any) -> None:
        before = run.state
        publish(run, **changes)
        if (run.state.status, run.state.ahead) != (before.status, before.ahead):
            note(run)

    def tick() -> None:
        while True:
            time.sleep(TICK_S)
            for run in newest:
                note(run)

    Run.start = started  # type: ignore[method-assign, assignment]
    Run._publish = published  # type: ignore[method-assign, assignment]
    threading.Thread(target=tick, daemon=True).start()


def be_impatient(pause_s: float, end_s: float) -> None:
    """Let an unwatched run pause and end after other times than the app's own."""
    from east.run.runner import Run

    make = Run.__init__

    def made(run: Run, *args: Any, **options: Any) -> None:
        make(run, *args, pause_when_unwatched_s=pause_s, end_when_unwatched_s=end_s, **options)

    Run.__init__ = made  # type: ignore[method-assign, assignment]


def be_blind() -> None:
    """Let trainings have no decision regions, so that what these cost can be measured."""
    from east.training import Training

    make = Training.__init__

    def made(training: Training, dataset: Any, config: Any, view: Any = None) -> None:
        make(training, dataset, config)

    Training.__init__ = made  # type: ignore[method-assign, assignment]


def main(port: str, core: str, log: str, patience: str, blind: str = "") -> None:
    """Serve the app on `port` from the core of that number ("" for any).

    Args:
        port, core, log: where to serve, from which core, and the file to write to.
        patience: "PAUSE,END" in seconds, or "".
        blind: anything but "" for no decision regions.
    """
    if core:
        os.sched_setaffinity(0, {int(core)})
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    write_down(Path(log))
    if patience:
        be_impatient(*map(float, patience.split(",")))
    if blind:
        be_blind()
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", "app.py", "--server.port", port]
    cli.main()


if __name__ == "__main__":
    main(*sys.argv[1:6])
