"""Lesson files: what is read from them, the one sentence for each mistake, and the values their texts name."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

import east
from east.errors import LessonError
from east.lesson import (
    CONTROLS,
    PICTURES,
    Claim,
    Lesson,
    PanelRun,
    Preparations,
    Subject,
    Value,
    failed_claims,
    fill,
    read_lesson,
    values_of,
)
from east.run import Run
from east.training import Arm, TrainConfig, Training

GUIDE = Path(__file__).parents[1] / "pages" / "lesson" / "lessons" / "README.md"
SMALLEST = 'title = "T"\n[[steps]]\ntitle = "One"\nreveal = "r"\n'
ASKED = 'question = "q"\noptions = ["a", "b"]\nanswer = 2\n'


def test_the_smallest_lesson_shows_both_losses_regions_at_the_end() -> None:
    (step,) = read_lesson(SMALLEST).steps
    assert [(panel.loss, panel.rule) for panel in step.panels] == [
        ("east", "argmax"), ("cross_entropy", "argmax"),
    ]  # fmt: skip
    assert (step.question, step.show, step.hide, step.moment, step.claims) == (
        None,
        ("regions",),
        (),
        1.0,
        (),
    )


def test_settings_add_up_from_the_lesson_to_the_panel_and_are_written_as_in_a_link() -> None:
    lesson = read_lesson(
        'title = "T"\nsettings = { seeds = 3, preset = "a", beta = 1 }\n[[steps]]\ntitle = "One"\nreveal = "r"\n'
        'settings = { beta = 0.25, losses = ["east", "focal"] }\n'
        'panels = [{ loss = "east" }, { loss = "focal", rule = "expected", settings = { beta = 2 } }]\n'
    )
    left, right = lesson.steps[0].panels
    assert left.settings == {"seeds": "3", "preset": "a", "beta": "0.25", "losses": "east,focal"}
    assert right.settings == {**left.settings, "beta": "2"}
    assert (right.loss, right.rule) == ("focal", "expected")


def test_a_question_counts_its_answer_from_1() -> None:
    question = read_lesson(SMALLEST + ASKED).steps[0].question
    assert question is not None and question.options[question.answer] == "b"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = ", "The lesson is not valid TOML: got Invalid value (at end of document)."),
        ("x = 1", "In the lesson the key 'steps' must be 1 to 50 tables: got []."),
        ('steps = "many"', "In the lesson the key 'steps' must be 1 to 50 tables: got 'many'."),
        (SMALLEST.replace("title", "titel", 1), "In the lesson the key 'title' is missing; add it."),
        ('subtitle = "S"\n' + SMALLEST,
         "In the lesson there is a key that is not known: got 'subtitle'; use settings, steps, title, summary."),
        (SMALLEST.replace('reveal = "r"', ""), "In step 1 the key 'reveal' is missing; add it."),
        (SMALLEST.replace('"r"', "7"), "In step 1 the key 'reveal' must be a text in quotes: got 7."),
        (SMALLEST + "moment = 2", "In step 1 the key 'moment' must be a number from 0 to 1: got 2."),
        (SMALLEST + "moment = true", "In step 1 the key 'moment' must be a number from 0 to 1: got True."),
        (SMALLEST + "moment = nan", "In step 1 the key 'moment' must be a number from 0 to 1: got nan."),
        (SMALLEST + 'question = "q"',
         "In step 1 a part of the question is missing: got only ['question']; give question, options and answer "
         "together, or none of them."),
        (SMALLEST + ASKED.replace("2", "3"),
         "In step 1 the key 'answer' must be a whole number from 1 to 2: got 3."),
        (SMALLEST + ASKED.replace('"b"', '"a"'),
         "In step 1 the key 'options' must be a list of 2 to 6 different texts: got ['a', 'a']."),
        (SMALLEST + 'hide = ["everything"]',
         f"In step 1 the key 'hide' must be a list of different words out of {', '.join(CONTROLS)}: "
         "got ['everything']."),
        (SMALLEST + 'show = ["regions", "regions"]',
         f"In step 1 the key 'show' must be a list of different words out of {', '.join(PICTURES)}: "
         "got ['regions', 'regions']."),
        (SMALLEST + "settings = 3", "In step 1 the key 'settings' must be a table, such as { seeds = 3 }: got 3."),
        (SMALLEST + "settings = { seeds = true }",
         "In step 1 the key 'settings.seeds' must be a text, a number or a list of them: got True."),
        (SMALLEST + 'panels = [{ rule = "argmax" }]', "In panel 1 of step 1 the key 'loss' is missing; add it."),
        (SMALLEST + 'show = ["difference"]\npanels = [{ loss = "east" }]',
         "In step 1 the picture 'difference' needs two panels; add a panel."),
        (SMALLEST + 'claims = [{ value = "lead" }]',
         "In claim 1 of step 1 there is no bound; give above, below or both."),
        (SMALLEST + 'claims = [{ value = "lead", over = 1 }]',
         "In claim 1 of step 1 there is a key that is not known: got 'over'; use value, above, below."),
        ("#" * 200_001, "The lesson is too long: got 200,001 characters; use 200,000."),
    ],
)  # fmt: skip
def test_each_mistake_is_one_sentence_that_names_its_place(text: str, sentence: str) -> None:
    with pytest.raises(LessonError) as caught:
        read_lesson(text)
    assert str(caught.value) == sentence


def test_panels_without_a_second_one_leave_the_default_pair() -> None:
    assert "difference" in read_lesson(SMALLEST + 'show = ["difference"]').steps[0].show


@given(st.text(max_size=60), st.integers(0, len(SMALLEST + ASKED)), st.integers(0, 20))
def test_a_lesson_that_was_typed_wrongly_is_read_or_answered_never_evaluated(
    typed: str, place: int, dropped: int
) -> None:
    whole = SMALLEST + ASKED
    try:
        lesson = read_lesson(whole[:place] + typed + whole[place + dropped :])
    except LessonError as error:
        assert str(error).endswith(".")
    else:
        assert isinstance(lesson, Lesson) and lesson.steps


VALUES = {
    "left.score": Value(70.66, "70.7 %"),
    "lead": Value(12.9, "12.9"),
    "odd": Value(float("nan"), "EAST"),
}


def test_names_in_braces_become_values() -> None:
    assert fill("EAST: {left.score}, { lead } points, {odd}", VALUES) == "EAST: 70.7 %, 12.9 points, EAST"


@pytest.mark.parametrize("name", ["left", "left.score.__class__", "0", "", "left.score!r", "lead:>9"])
def test_a_name_that_is_not_there_is_looked_up_and_not_evaluated(name: str) -> None:
    with pytest.raises(LessonError, match=re.escape(f"there is not: got {name.strip()!r}; use ")):
        fill(f"{{{name}}}", VALUES)


@pytest.mark.parametrize(
    ("claim", "failed"),
    [
        (Claim("lead", 5.0, None), ()),
        (Claim("lead", 12.9, None), ("lead is 12.9, which is not above 12.9.",)),
        (Claim("lead", "left.score", None), ("lead is 12.9, which is not above left.score (70.66).",)),
        (Claim("lead", None, "left.score"), ()),
        (Claim("lead", 20.0, 10.0), ("lead is 12.9, which is not above 20.", "lead is 12.9, which is not below 10.")),
        (Claim("odd", None, 5.0), ("odd is nan, which is not below 5.",)),
    ],
)  # fmt: skip
def test_a_claim_that_does_not_hold_is_told_in_numbers(claim: Claim, failed: tuple[str, ...]) -> None:
    step = replace(read_lesson(SMALLEST).steps[0], claims=(claim,))
    assert failed_claims(step, VALUES) == failed


@pytest.fixture(scope="module")
def trained() -> PanelRun:
    """A short training on the penguins, with a decision rule."""
    table = east.read_table("sample_data/penguins.csv")
    dataset = east.prepare(table, target="species", seed=0)
    config = TrainConfig(metric=east.metric("fbeta"), seeds=(0, 1), epochs=8)
    run = Run(lambda: Training(dataset, config), snapshot_share=0.9).start()
    assert run.wait(60)
    return PanelRun(run)


def arm(loss: str, rule: str = "argmax") -> Arm:
    return Arm(loss, east.metric("fbeta"), rule)


def test_values_are_what_scikit_learn_says(trained: PanelRun) -> None:
    subjects = [Subject(trained, arm("east")), Subject(trained, arm("cross_entropy", "expected"))]
    values = values_of(subjects, 0.5)
    for side, subject in zip(("left", "right"), subjects, strict=True):
        truth, found = trained.outcome.test_targets, trained.outcome.arm(subject.arm)
        predictions = found.test_predictions

        def mean(score: Any, *, truth: Any = truth, predictions: Any = predictions, **options: Any) -> float:
            return 100 * float(np.mean([score(truth, each, **options) for each in predictions]))

        wanted = {
            "accuracy": mean(accuracy_score),
            "score": mean(f1_score, average="macro"),
            "macro_f1": mean(f1_score, average="macro"),
        }
        for place, name in enumerate(trained.outcome.classes):
            wanted[f"recall.{name}"] = mean(recall_score, average=None, labels=[place])
            wanted[f"precision.{name}"] = mean(precision_score, average=None, labels=[place], zero_division=0)
            wanted[f"predicted.{name}"] = 100 * float(np.mean(predictions == place))
        for name, number in wanted.items():
            value = values[f"{side}.{name}"]
            assert value.number == pytest.approx(number, abs=1e-9), name
            assert value.text == f"{number:.1f}\u00a0%"
        assert values[f"score.{subject.arm.key}"].number == pytest.approx(wanted["score"], abs=1e-9)
    assert values["lead"].number == pytest.approx(values["left.score"].number - values["right.score"].number)
    assert values["lead.low"].number <= values["lead"].number <= values["lead.high"].number
    assert values["test_rows"].text == f"{len(trained.outcome.test_targets):,}"


def test_the_moment_of_a_step_is_the_nearest_snapshot(trained: PanelRun) -> None:
    history, subject = trained.run.history(), Subject(trained, arm("east"))
    values = values_of([subject], 0.3)
    assert history[0].step == 0 and len(history) > 2
    near = min(history[1:], key=lambda snapshot: abs(snapshot.progress - 0.3)).arm(subject.arm)
    assert values["left.soft"].number == pytest.approx(100 * near.score_soft)
    assert values["left.gap"].number == pytest.approx(100 * (near.score_soft - near.score_hard))
    assert values["left.omega_end"].number == history[-1].arm(subject.arm).sharpness.omega
    assert "lead" not in values and "right.score" not in values


def test_an_arm_that_did_not_race_is_told_with_those_that_did(trained: PanelRun) -> None:
    assert trained.arm("east", "expected") == arm("east", "expected")
    with pytest.raises(
        LessonError, match="got focal with argmax; use east with argmax, cross_entropy with argmax"
    ):
        trained.arm("focal", "argmax")


def test_a_run_without_a_result_says_why() -> None:
    failed: Any = SimpleNamespace(outcome=None, machine=None, state=SimpleNamespace(reason="Out of memory."))
    for part in ("outcome", "machine"):
        with pytest.raises(LessonError, match="got Out of memory"):
            getattr(PanelRun(failed), part)


def test_preparations_do_the_one_asked_for_last_first_and_each_once() -> None:
    done, begun, gate = [], threading.Event(), threading.Event()

    def make(job: int) -> int:
        begun.set()
        assert gate.wait(10)
        done.append(job)
        if job < 0:
            raise LessonError("It cannot be", job)
        return job * job

    work: Preparations[int, int] = Preparations(make, most_kept=3)
    work.want(1)
    assert begun.wait(10)
    work.want(2, 3)
    work.want(4, -5, 3)
    work.want(1)
    assert work.get(1) is None and work.problem(1) is None
    gate.set()
    assert work.wait(2, 10)  # the last of them
    assert done == [1, 4, -5, 3, 2]
    assert work.problem(-5) == "It cannot be: got -5." and work.get(-5) is None
    assert (work.get(1), work.get(4), work.get(3), work.get(2)) == (None, 16, 9, 4)  # the oldest is forgotten
    work.want(4)
    work.want(6)
    assert work.wait(6, 10)
    assert (work.get(4), work.get(3)) == (16, None)  # asked for since, it is kept


def test_an_unexpected_error_becomes_a_sentence_too() -> None:
    def make(job: str) -> str:
        raise ZeroDivisionError(job)

    work: Preparations[str, str] = Preparations(make)
    work.want("x")
    assert work.wait("x", 10)
    assert "unexpected ZeroDivisionError" in str(work.problem("x"))


def test_the_guide_for_teachers_names_every_picture_control_and_key() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", guide))
    assert {*PICTURES, *CONTROLS} <= named
    assert {
        "title",
        "text",
        "reveal",
        "before",
        "show",
        "hide",
        "moment",
        "settings",
        "panels",
        "claims",
    } <= named


@pytest.mark.parametrize("number", [0, 1])
def test_the_guides_examples_are_read(number: int) -> None:
    example = re.findall(
        r"^```toml\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )[number]
    whole = example if number == 0 else SMALLEST + example
    assert read_lesson(whole).steps[0].title in ("Balanced classes", "One")
