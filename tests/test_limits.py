"""The limits of a server: read from the environment, kept before a training is built, and estimated truly."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from east.dataset import Dataset
from east.errors import SettingError
from east.run import Limits, Machine, Run, RunStore, limits
from east.run.limits import UNLIMITED, VARIABLES
from east.training import TrainConfig, Training, needed_bytes
from tests.counted_runs import Counter
from tests.needed_memory import CONFIG, made

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return made()


def started(allowed: Limits, dataset: Dataset, config: TrainConfig) -> tuple[Run, list[bool]]:
    """Start a training by a store with limits; returns it and whether it was built."""
    built: list[bool] = []

    def make() -> Training:
        run.limits.admit(dataset, config)
        built.append(True)
        return Training(dataset, config)

    run = Run(make)
    RunStore(limits=lambda: allowed).start(run)
    assert run.wait(60)
    return run, built


def test_a_training_of_too_many_steps_is_refused_before_it_is_built(dataset: Dataset) -> None:
    steps = 10 * (len(dataset.train) // 60)
    run, built = started(Limits(steps=steps - 1), dataset, CONFIG)
    assert (run.state.status, run.state.fault, built) == ("failed", None, [])
    assert run.state.reason == (
        f"This training would take too many steps here: got {steps} where {steps - 1} are allowed; "
        "choose fewer epochs or a larger batch."
    )
    run, built = started(Limits(steps=steps), dataset, CONFIG)
    assert (run.state.status, built) == ("finished", [True])


def test_a_training_that_needs_too_much_memory_is_refused_before_it_is_built(dataset: Dataset) -> None:
    large = replace(CONFIG, hidden=(4096, 4096), seeds=tuple(range(200)), batch_size=120)
    run, built = started(Limits(), dataset, large)
    assert (run.state.status, run.state.fault, built) == ("failed", None, [])
    wanted = r"This training would need too much memory here: got about \d+ GB where [\d.]+ GB are allowed; use fewer "
    assert re.match(wanted, str(run.state.reason)), run.state.reason
    assert started(Limits(memory_gb=0.5), dataset, CONFIG)[0].state.status == "finished"


def test_a_training_that_takes_too_long_is_stopped_with_what_it_has_learned(dataset: Dataset) -> None:
    run, _ = started(Limits(hours=0.3 / 3600), dataset, replace(CONFIG, epochs=20_000))
    assert run.state.status == "stopped" and run.outcome is not None and run.outcome.steps > 0
    assert run.state.reason == "Stopped after 0.3 seconds of training, the most here."


def test_the_environment_sets_the_limits_and_the_rest_is_at_its_default() -> None:
    assert Limits.of_environment({}) == Limits()
    given = Limits.of_environment({"EAST_MOST_HOURS": "0.5", "EAST_MOST_STEPS": " 5000 ", "EAST_MOST_GB": ""})
    assert given == Limits(hours=0.5, steps=5000)
    assert Limits.of_environment({"EAST_MOST_GB": "2.5"}).most_gb == 2.5


@pytest.mark.parametrize("variable", sorted(VARIABLES.values()))
@pytest.mark.parametrize("text", ["lots", "0", "-3"])
def test_a_limit_that_cannot_be_read_is_named_in_one_sentence(variable: str, text: str) -> None:
    with pytest.raises(
        SettingError, match=rf"^{variable} must be .*: got '{text}'; use for example [\d.]+\.$"
    ):
        Limits.of_environment({variable: text})


def test_the_usual_limit_of_memory_is_half_of_what_the_machine_or_its_container_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = next(line for line in Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line)
    file = tmp_path / "memory.max"
    monkeypatch.setattr(limits, "CONTAINER_LIMIT", file)
    assert Limits().most_gb == pytest.approx(int(total.split()[1]) * 1024 / 2e9, rel=0.01)
    file.write_text("max\n")
    assert Limits().most_gb == pytest.approx(int(total.split()[1]) * 1024 / 2e9, rel=0.01)
    file.write_text("1000000000\n")
    assert Limits().most_gb == 0.5


def test_a_library_s_own_run_has_no_limits(dataset: Dataset) -> None:
    run = Run(lambda: cast(Machine, Counter(3)))
    run.limits.admit(dataset, replace(CONFIG, hidden=(4096, 4096), seeds=tuple(range(200))))
    assert run.limits is UNLIMITED and UNLIMITED.reason_to_stop(1e12) is None


@pytest.mark.parametrize(
    "sizes",
    [(3000, 20, 5, 20, 512, 256, 256), (9000, 10, 20, 8, 4096, 64)],
    ids=["lanes", "batches"],
)
def test_the_estimate_is_within_a_factor_of_two_of_what_a_training_takes(sizes: tuple[int, ...]) -> None:
    command = [sys.executable, "-m", "tests.needed_memory", *map(str, sizes)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    taken, estimated = map(int, done.stdout.split())
    assert 0.5 < estimated / taken < 2, (estimated, taken)


def test_more_of_anything_needs_more(dataset: Dataset) -> None:
    least = needed_bytes(dataset, CONFIG)
    for more in (
        replace(CONFIG, seeds=(0, 1)),
        replace(CONFIG, batch_size=120),
        replace(CONFIG, hidden=(65, 64)),
        replace(CONFIG, losses=("east", "cross_entropy", "focal")),
    ):
        assert needed_bytes(dataset, more) > least
    assert needed_bytes(made(800), CONFIG) > least
