"""The Train page when something goes wrong or is full: what a session is told, and what it can do about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from streamlit.testing.v1 import AppTest

from east.run import Machine, Run
from pages.shared import shelf
from pages.shared.request import TrainingRequest
from tests.app_driver import errors, opened, press, send, sound, until, view
from tests.compare_driver import compared, run_id, section
from tests.counted_runs import Counter, moving

SECRET = "a cell that nobody else may see"


def test_an_unexpected_error_is_a_sentence_with_a_report_to_pass_on_that_holds_no_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make(request: TrainingRequest, run: Run) -> Machine:
        raise RuntimeError(f"cannot read {SECRET}")

    monkeypatch.setattr(TrainingRequest, "make", make)
    app = press(opened("train"), "Train")
    until(app, lambda data: data["strip"]["status"] == "failed")
    (sentence,) = errors(app)
    assert sentence.startswith("The training stopped with an unexpected RuntimeError: cannot read")
    (report,) = [block.value for block in app.code]
    assert report.startswith("builtins.RuntimeError\nwhile the training was prepared") and "in make" in report
    assert SECRET not in report and "gaussians" not in report
    assert any(entry.label == "What to pass on" for entry in app.expander)


def test_a_training_made_smaller_for_want_of_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    made = TrainingRequest.make

    def make(request: TrainingRequest, run: Run) -> Machine:
        run.remark("There was too little memory: its batches have 64 rows.")
        return made(request, run)

    monkeypatch.setattr(TrainingRequest, "make", make)
    app = press(opened("train"), "Train")
    until(app, lambda data: data["strip"]["status"] == "running")
    assert any("too little memory" in entry.value for entry in app.info)
    run = shelf.store().get(view(app)["marks"]["run"])
    assert run is not None
    run.command("stop")
    assert run.wait(30)


@pytest.fixture
def full_house() -> Iterator[list[Run]]:
    """Others' trainings in every place there is."""
    others = [shelf.store().start(Run(lambda: cast(Machine, Counter()))) for _ in range(4)]
    for run in others:
        moving(run, 30)
    yield others
    for run in others:
        run.command("stop")
        assert run.wait(10)


def test_a_full_server_lets_a_session_wait_and_shows_its_place_in_the_line(full_house: list[Run]) -> None:
    first = press(opened("train"), "Train")
    until(first, lambda data: data["strip"]["word"] == "Waiting")
    second = press(opened("train"), "Train")
    until(second, lambda data: data["strip"]["word"] == "Waiting")
    assert "begins once 1 training ends" in " ".join(entry.value for entry in first.info)
    assert "begins once 2 trainings end" in " ".join(entry.value for entry in second.info)
    full_house[0].command("stop")
    until(first, lambda data: data["strip"]["status"] == "running")
    assert "begins once 1 training ends" in " ".join(entry.value for entry in second.run().info)
    (leave,) = view(second)["controls"]["buttons"]
    log = {"run": view(second)["controls"]["run"], "giver": "hand", "log": [[1, leave["command"]]]}
    send(second, clicks=log)
    until(second, lambda data: data["strip"]["status"] == "stopped")
    run = shelf.store().get(view(first)["marks"]["run"])
    assert run is not None
    run.command("stop")
    assert run.wait(30)


def ended_with(app: AppTest, start: str) -> None:
    """Wait until the run of a page has failed with a sentence that begins so, and no report of a fault."""
    until(app, lambda data: data["strip"]["status"] == "failed")
    (sentence,) = errors(app)
    assert sentence.startswith(start) and not list(app.code)


def test_a_training_beyond_the_server_s_limits_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EAST_MOST_STEPS", "100")
    refused = press(opened("train", sample="wine", epochs="400", seeds="1"), "Train")
    ended_with(refused, "This training would take too many steps here: got 400 where 100 are allowed;")
    monkeypatch.setenv("EAST_MOST_STEPS", "")
    monkeypatch.setenv("EAST_MOST_GB", "0.00001")
    refused = press(refused, "Train again")
    ended_with(refused, "This training would need too much memory here: got about")


def test_a_sweep_of_fewer_seeds_than_the_runs_ensemble_has_members_is_trained() -> None:
    app = compared(seeds="4")  # one more than a sweep has of itself
    for kind in ("grid", "frontier"):
        press(section(app, kind), f"Train the {kind}")
        assert not errors(app)
        side = shelf.store().get(run_id(app, kind))
        assert side is not None
        moving(side, 30)
        side.command("stop")


def test_a_limit_that_the_server_cannot_read_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EAST_MOST_GB", "much")
    app = press(opened("train"), "Train")
    (sentence,) = errors(app)
    assert sentence.startswith("EAST_MOST_GB must be a number above 0: got 'much'")


def test_a_sweep_keeps_to_the_limits_too(monkeypatch: pytest.MonkeyPatch) -> None:
    app = compared()
    monkeypatch.setenv("EAST_MOST_STEPS", "4")
    press(section(app, "frontier"), "Train the frontier")
    side = shelf.store().get(run_id(app, "frontier"))
    assert side is not None and side.wait(30) and side.machine is None
    assert [text[:46] for text in errors(sound(app.run()))] == [
        "This training would take too many steps here: "
    ]
