"""The app as `streamlit run app.py` serves it, on one core, writing down what its runs do."""

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
    """Write a line for every new status of a run, and one every TICK_S with the newest run's step."""
    from east.run.runner import Run

    sink = log.open("a", buffering=1)
    runs: list[Run] = []
    start, publish = Run.start, Run._publish

    def note(run: Run) -> None:
        step = run.machine.step_number if run.machine else 0
        entry = {"at": time.time(), "run": run.id, "status": run.frame.status, "step": step}
        sink.write(json.dumps(entry) + "\n")

    def started(run: Run) -> Run:
        runs.append(run)
        return start(run)

    def published(run: Run, **changes: Any) -> None:
        before = run.frame.status
        publish(run, **changes)
        if run.frame.status != before:
            note(run)

    def tick() -> None:
        while True:
            time.sleep(TICK_S)
            if runs:
                note(runs[-1])

    Run.start = started  # type: ignore[method-assign, assignment]
    Run._publish = published  # type: ignore[method-assign, assignment]
    threading.Thread(target=tick, daemon=True).start()


def main(port: str, core: str, log: str) -> None:
    """Serve the app on `port` from the core of that number ("" for any)."""
    if core:
        os.sched_setaffinity(0, {int(core)})
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    write_down(Path(log))
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", "app.py", "--server.port", port]
    cli.main()


if __name__ == "__main__":
    main(*sys.argv[1:4])
