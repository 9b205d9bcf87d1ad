"""Long use of the app and its readers: `pytest -m benchmark -n 0 --log-cli-level=WARNING tests/test_soak.py`.

`SOAK_MINUTES` says how long the fuzz takes (60), `SOAK_SEED` where it begins.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import time
import traceback
from pathlib import Path

import pytest

from east.dataset import Choices, outline, profile
from east.errors import EastError
from east.kept import KeptRuns, Origin, RunKeeper
from east.run import Run, RunStore
from east.synthetic import DEFAULT_PRESET, LABEL, PRESETS
from east.tables import read_table
from pages.lesson.prepared import Trainings
from pages.shared.request import TrainingRequest
from pages.shared.settings import DEFAULTS
from tests.app_driver import by_link
from tests.counted_runs import moving
from tests.made_up_links import PAGES, made_up
from tests.mutated_files import mutated, mutated_inside, seeds
from tests.tables_corpus import making

pytestmark = pytest.mark.benchmark

TOKENS = (
    b",",
    b'"',
    b"\n",
    b"\r",
    b";",
    b"\t",
    b"\0",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"=1+1",
    b"nan",
    b"1e999",
    b"{",
    b"]",
)
HUNDRED = 100


def mutations(chance: random.Random) -> list[tuple[float, int, bytes, int, int]]:
    return [
        (
            chance.random(),
            chance.randrange(4),
            chance.choice(TOKENS),
            chance.randrange(256),
            chance.randint(1, 40),
        )
        for _ in range(chance.randint(1, 8))
    ]


def read_and_look(chance: random.Random) -> str:
    """Read a mutated file and look at it as the Data page does; returns how far that came."""
    case = chance.choice(seeds())
    data = chance.choice((mutated, mutated_inside))(case.data, mutations(chance))
    try:
        table = read_table(data, case.name, case.options, making.SMALL)
        facts = profile(table)
    except EastError as error:
        assert "\n" not in str(error) and "Traceback" not in str(error)
        return "refused"
    target = facts.guesses[0].column if facts.guesses else table.frame.columns[-1]
    try:
        outline(table, Choices(target=target))
    except EastError as error:
        assert "\n" not in str(error)
        return "read"
    return "ready to train"


def test_an_hour_of_mutated_files_and_links_leaves_no_traceback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Trainings, "open", lambda trainings, place: None)  # no training behind every link
    seed = int(os.environ.get("SOAK_SEED", "0"))
    until_s = time.monotonic() + 60 * float(os.environ.get("SOAK_MINUTES", "60"))
    counts: dict[str, int] = {}
    failures: list[str] = []
    while time.monotonic() < until_s:
        seed += 1
        chance = random.Random(seed)
        try:
            for _ in range(40):
                came = read_and_look(chance)
                counts[came] = counts.get(came, 0) + 1
            page, link = chance.choice(list(PAGES)), made_up(chance)
            app = by_link(page, **link)
            assert not app.exception, (link, [entry.message for entry in app.exception])
            counts["links"] = counts.get("links", 0) + 1
        except Exception:
            failures.append(f"seed {seed}: {traceback.format_exc()}")
    logged = [
        record.message for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR
    ]
    logging.getLogger(__name__).warning(
        "%s, %d failures, %d errors logged", counts, len(failures), len(logged)
    )
    assert not failures, "\n".join(failures)
    assert not logged, "\n".join(logged)


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def test_three_hundred_trainings_leave_no_more_memory_than_two_hundred(tmp_path: Path) -> None:
    store, kept = RunStore(), KeptRuns(tmp_path)
    table = PRESETS[DEFAULT_PRESET].problem.table(1000, 0)
    wanted = TrainingRequest(table, Choices(target=LABEL, numeric_encoding="scaled"), DEFAULTS)
    after: list[float] = []
    for place in range(3 * HUNDRED):
        keeper = RunKeeper(kept, f"soak{place}", "soak", table, Origin("file", "soak"))
        run: Run = Run(lambda: wanted.make(run), run_id=f"soak{place}", keeper=keeper)  # noqa: B023
        store.start(run)
        moving(run, 120)
        run.command("stop")
        assert run.wait(60) and keeper.wait(60) and run.state.status == "stopped"
        if place % HUNDRED == HUNDRED - 1:
            gc.collect()
            after.append(resident_mb())
    logging.getLogger(__name__).warning("resident MB after each %d trainings: %s", HUNDRED, after)
    assert after[2] < 1.05 * after[1]
