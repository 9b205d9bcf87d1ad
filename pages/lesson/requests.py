"""What a lesson's settings ask to be trained, whatever the session's own settings are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from east.errors import LessonError
from east.synthetic import DEFAULT_PRESET, LABEL, PRESETS, make_problem
from pages.shared import problems, table
from pages.shared.problems import MADE
from pages.shared.request import TrainingRequest

if TYPE_CHECKING:
    from east.dataset import Choices
    from pages.shared.settings import Settings


def request_of(settings: Settings) -> TrainingRequest:
    """Return what settings ask for.

    Raises:
        EastError: for a table, a problem or a split that there is not.
    """
    shares = table.SHARES.get(settings.shares)
    if shares is None:
        raise LessonError("There is no such split", repr(settings.shares), f"use {', '.join(table.SHARES)}")
    if settings.sample in (None, MADE):
        return _made(settings, shares)
    samples = table.known_samples()
    sample = samples.get(settings.sample or "")
    if sample is None:
        raise LessonError("There is no such sample", repr(settings.sample), f"use {', '.join(samples)}")
    choices = _choices(settings, settings.target or sample.target, shares, table.DEFAULT_ENCODING)
    return TrainingRequest(table.read_sample(sample.file.stem), choices, settings)


def _made(settings: Settings, shares: tuple[float, float, float]) -> TrainingRequest:
    name = settings.preset or DEFAULT_PRESET
    if name not in PRESETS:
        raise LessonError("There is no such made problem", repr(name), f"use {', '.join(PRESETS)}")
    changes = {part: getattr(settings, part) for part in problems.PARTS}
    changes["seed"] = settings.problem_seed
    given = {part: value for part, value in changes.items() if value is not None}
    problem = make_problem(**{**PRESETS[name].problem.settings, **given})
    rows = settings.rows or PRESETS[name].rows
    choices = _choices(settings, LABEL, table.without_test(shares), "scaled")
    return TrainingRequest(problems.drawn(problem, rows, settings.split_seed), choices, settings, problem)


def _choices(settings: Settings, target: str, shares: tuple[float, float, float], encoding: str) -> Choices:
    from east.dataset import Choices

    return Choices(
        target=target,
        exclude=settings.exclude,
        shares=shares,
        seed=settings.split_seed,
        rare=settings.rare,
        missing_target=settings.missing,
        bins=settings.bins,
        group=settings.group,
        time=settings.time,
        numeric_encoding=encoding,
    )
