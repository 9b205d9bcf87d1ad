"""Read a lesson from TOML; every mistake in it is answered by one sentence that names the place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from types import MappingProxyType

from east.errors import LessonError
from east.lesson.section import Section
from east.lesson.steps import CONTROLS, PICTURES, Claim, Lesson, Panel, Question, Step

MOST_STEPS, MOST_CHARACTERS = 50, 200_000
MOST_OPTIONS, MOST_PANELS, MOST_CLAIMS = 6, 2, 20
DEFAULT_SHOW = ("regions",)
DEFAULT_PANELS = ("east", "cross_entropy")
PLAIN_RULE = "argmax"


def read_lesson(text: str) -> Lesson:
    """Read a lesson; nothing in it is ever evaluated.

    Args:
        text: TOML as `pages/lesson/lessons/README.md` describes it.

    Raises:
        LessonError: for the first mistake found.
    """
    if len(text) > MOST_CHARACTERS:
        raise LessonError("The lesson is too long", f"{len(text):,} characters", f"use {MOST_CHARACTERS:,}")
    try:
        top = Section("the lesson", tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise LessonError("The lesson is not valid TOML", str(error) or "nested too deeply") from error
    settings = top.settings()
    steps = [_step(section, settings) for section in top.sections("steps", "step", least=1, most=MOST_STEPS)]
    lesson = Lesson(top.text("title"), top.text("summary", default=""), tuple(steps))
    top.finish()
    return lesson


def _step(section: Section, shared: Mapping[str, str]) -> Step:
    settings = {**shared, **section.settings()}
    panels = [_panel(each, settings) for each in section.sections("panels", "panel", most=MOST_PANELS)]
    if not panels:
        panels = [Panel(loss, PLAIN_RULE, MappingProxyType(settings)) for loss in DEFAULT_PANELS]
    step = Step(
        title=section.text("title"),
        text=section.text("text", default=""),
        question=_question(section),
        reveal=section.text("reveal"),
        before=section.words("before", PICTURES),
        show=section.words("show", PICTURES, default=DEFAULT_SHOW),
        hide=section.words("hide", CONTROLS),
        moment=section.number("moment", 0.0, 1.0, default=1.0),
        panels=tuple(panels),
        claims=tuple(_claim(each) for each in section.sections("claims", "claim", most=MOST_CLAIMS)),
    )
    section.finish()
    if "difference" in step.show and len(panels) < MOST_PANELS:
        raise LessonError(f"In {section.name} the picture 'difference' needs two panels", None, "add a panel")
    return step


def _panel(section: Section, shared: Mapping[str, str]) -> Panel:
    settings = MappingProxyType({**shared, **section.settings()})
    panel = Panel(section.text("loss"), section.text("rule", default=PLAIN_RULE), settings)
    section.finish()
    return panel


def _question(section: Section) -> Question | None:
    """Read the question; it, its options and its answer come together or not at all."""
    given = [name for name in ("question", "options", "answer") if section.has(name)]
    if not given:
        return None
    if len(given) < 3:
        remedy = "give question, options and answer together, or none of them"
        raise LessonError(f"In {section.name} a part of the question is missing", f"only {given}", remedy)
    options = section.texts("options", least=2, most=MOST_OPTIONS)
    return Question(section.text("question"), options, section.whole("answer", 1, len(options)) - 1)


def _claim(section: Section) -> Claim:
    claim = Claim(section.text("value"), section.bound("above"), section.bound("below"))
    section.finish()
    if claim.above is None and claim.below is None:
        raise LessonError(f"In {section.name} there is no bound", None, "give above, below or both")
    return claim
