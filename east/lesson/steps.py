"""A lesson, its steps and what a step shows, as plain facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PICTURES: Mapping[str, str] = MappingProxyType(
    {
        "problem": "the rows of a made problem, over the most probable class",
        "regions": "the decision region of each panel",
        "difference": "where the two panels' decisions differ",
        "soft": "the soft confusion matrix of each panel",
        "hard": "the hard confusion matrix of each panel",
        "score": "the metric along the training",
        "gap": "the soft score minus the hard score along the training",
        "annealing": "how the surrogate sharpens along the training",
        "heaviside": "the Heaviside at the moment shown",
    }
)
"""What a step can show."""
CONTROLS: Mapping[str, str] = MappingProxyType(
    {
        "moment": "the slider along the training",
        "cells": "what the cells of a matrix show",
        "arms": "the losses and rules of the panels",
        "free_play": "the button that opens the training on the Train page",
    }
)
"""What a step can hide."""
SIDES = ("left", "right")


@dataclass(frozen=True)
class Panel:
    """One side of a step: a loss, a rule, and all settings of its training, written as in a link."""

    loss: str
    rule: str
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """What the reader is to predict; `answer` is the position of the right option."""

    text: str
    options: tuple[str, ...]
    answer: int


@dataclass(frozen=True)
class Claim:
    """What a step says of its own run: a value lies above or below a number, or above or below another value.

    Args:
        value: its name.
        above, below: the bounds, each a number, the name of a value, or None.
    """

    value: str
    above: float | str | None
    below: float | str | None


@dataclass(frozen=True)
class Step:
    """One step of a lesson.

    Args:
        title: of the step.
        text: Markdown, shown from the start.
        question: what is to be predicted, or None for a step that only shows.
        reveal: Markdown with `{names}` of values, shown after the prediction.
        before: pictures shown before the prediction, keys of PICTURES.
        show: pictures shown after it.
        hide: controls that the reader does not get, keys of CONTROLS.
        moment: the training progress that is shown first, in [0, 1].
        panels: one or two, left and right.
        claims: what must hold on the run, so that the text is true.
    """

    title: str
    text: str
    question: Question | None
    reveal: str
    before: tuple[str, ...]
    show: tuple[str, ...]
    hide: tuple[str, ...]
    moment: float
    panels: tuple[Panel, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Lesson:
    """A lesson: its title, one sentence on it, and its steps."""

    title: str
    summary: str
    steps: tuple[Step, ...]
