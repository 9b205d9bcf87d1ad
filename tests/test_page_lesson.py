"""The Lesson page, driven without a browser: it asks first, then shows its own trainings, and ends in free play."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from east.lesson import PICTURES, failed_claims, fill, read_lesson
from east.lesson.filling import NAME
from pages.lesson import library
from pages.lesson.pictures import MAKERS
from pages.lesson.prepared import Place, PreparedStep, trainings
from pages.shared import shelf
from tests.app_driver import by_link, errors, opened, press, sound, view, widget

NAMED = "why_the_metric"
STEPS = read_lesson((library.FOLDER / f"{NAMED}.toml").read_text(encoding="utf-8")).steps
READY_S = 180.0


def place(number: int) -> Place:
    return Place(NAMED, library.version(NAMED), number)


def prepared(number: int) -> PreparedStep:
    """A step of the lesson with its trainings done."""
    trainings().open(place(number))
    trainings()._steps.wait(place(number), READY_S)
    assert trainings().problem(place(number)) is None
    found = trainings().get(place(number))
    assert found is not None
    return found


def at_step(number: int) -> AppTest:
    prepared(number)
    return opened("lesson", lesson=NAMED, step=str(number))


def answer(app: AppTest, option: int) -> AppTest:
    app.radio[0].set_value(option)
    return press(sound(app.run()), "Show me")


def words(app: AppTest) -> str:
    return " ".join(entry.value for entry in (*app.markdown, *app.success, *app.warning))


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_what_a_step_says_is_true_of_the_training_it_shows(number: int) -> None:
    step = STEPS[number - 1]
    assert len(step.claims) >= 2
    assert failed_claims(step, prepared(number).values) == ()


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_a_step_asks_first_and_then_shows_numbers_of_its_own_training(number: int) -> None:
    step = STEPS[number - 1]
    assert step.question is not None
    app = at_step(number)
    revealed = fill(step.reveal, prepared(number).values)
    assert revealed not in words(app) and not app.slider
    assert widget(app, "button", "Show me").disabled
    answer(app, step.question.answer)
    assert revealed in words(app)
    assert [entry.value for entry in app.success] == [
        f"As you expected: **{step.question.options[step.question.answer]}**"
    ]
    assert not app.warning and not errors(app)
    (group,) = view(app)["groups"]
    sides = ("left", "right")[: len(step.panels)]
    kinds = [name for name in step.show if name in ("regions", "soft", "hard")]
    keys = [cell["key"] for cell in group["cells"]]
    assert [key for key in keys if key.split("_")[0] in kinds] == [
        f"{kind}_{side}" for kind in kinds for side in sides
    ]


def test_the_texts_have_no_result_of_their_own() -> None:
    for step in STEPS:
        told = NAME.sub("", step.reveal)
        assert not [word for word in told.split() if "." in word.strip(".,:") and any(map(str.isdigit, word))
                    and word.strip("*.,:") not in ("F0.25",)], step.title  # fmt: skip


def test_a_wrong_prediction_is_told_kindly_and_can_be_made_anew() -> None:
    app = answer(at_step(1), 0)
    (told,) = app.warning
    assert told.value.startswith("You expected: About as many") and "None at all" in told.value
    press(app, "Ask me again")
    assert app.radio[0].value is None and not app.warning


def cells(app: AppTest) -> dict[str, Any]:
    (group,) = view(app)["groups"]
    return {cell["key"]: cell for cell in group["cells"]}


def test_the_slider_turns_the_soft_matrix_into_the_hard_one() -> None:
    app = answer(at_step(3), 2)

    def apart() -> float:
        soft, hard = (np.array(cells(app)[key]["data"][0]["z"], float) for key in ("soft_left", "hard_left"))
        return float(np.abs(soft - hard).sum())

    widget(app, "slider", "Moment of the training").set_value(6)
    at_first = (sound(app.run()), apart())[1]
    widget(app, "slider", "Moment of the training").set_value(98)
    assert (sound(app.run()), apart())[1] < at_first / 2


def test_free_play_opens_the_steps_own_training_with_its_settings() -> None:
    app = answer(at_step(6), 1)
    press(app, "Play with it on the Train page")
    assert view(app)["strip"]["status"] == "finished"
    assert app.title[0].value == "Lesson: Four overlapping Gaussians".replace(":", "\\:")
    settings = app.session_state["settings"]
    assert (settings.preset, settings.beta, settings.seeds, settings.lesson, settings.step) == (
        "four_gaussians", 0.25, 3, NAMED, 6,
    )  # fmt: skip
    other = answer(at_step(6), 1)
    press(other, "Play with it on the Train page")
    assert other.session_state["run"] != app.session_state["run"]


def test_next_and_back_walk_through_and_the_link_follows() -> None:
    app = opened("lesson")
    press(app, "Next")
    press(app, "Next")
    assert app.query_params["step"] in ("3", ["3"])
    assert app.query_params["lesson"] in (NAMED, [NAMED])
    press(app, "Back")
    assert [entry.value.split(".")[0] for entry in app.subheader] == ["2"]


@pytest.mark.parametrize(
    ("link", "said", "header"),
    [
        ({"lesson": "nowhere"}, "The link's lesson “nowhere” is not known here", "1"),
        ({"step": "99"}, "The link's step of the lesson “99” is not known here", "1"),
        ({"step": "third"}, "The link's step of the lesson “third” is not known here", "1"),
        ({"lesson": "../../app", "step": "2"}, "The link's lesson “../../app” is not known here", "2"),
    ],
)
def test_a_bad_link_falls_back_field_by_field_and_says_so(
    link: dict[str, str], said: str, header: str
) -> None:
    app = sound(by_link("lesson", **link))
    noted = [entry.value.replace("\\", "") for entry in app.info]
    assert any(note.startswith(said) for note in noted), noted
    assert [entry.value.split(".")[0] for entry in app.subheader] == [header]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A teacher's folder with a lesson `mine` in it."""
    monkeypatch.setattr(library, "FOLDER", tmp_path)
    return tmp_path / "mine.toml"


def test_a_mistake_in_a_teachers_lesson_is_one_sentence_on_the_page(own: Path) -> None:
    for text, said in (
        ('title = "Mine"', "In the lesson the key 'steps' must be 1 to 50 tables: got []."),
        ('title = "Mine"\n[[steps]]\ntitle = "One"\nreveal = "r"\nsettings = { seedz = 1 }',
         "In step 1 there is a setting that is not known: got 'seedz'; use the names that stand in the address bar."),
        ('title = "Mine"\n[[steps]]\ntitle = "One"\nreveal = "r"\nsettings = { seeds = 99 }',
         "In step 1 the seeds cannot be read: got '99'."),
    ):  # fmt: skip
        own.write_text(text, encoding="utf-8")
        app = opened("lesson")
        assert errors(app) == [said]


def test_a_teachers_lesson_on_a_sample_table_says_where_it_came_out_otherwise(own: Path) -> None:
    own.write_text(
        'title = "Mine"\nsettings = { epochs = 2, seeds = 1, sample = "wine" }\n[[steps]]\ntitle = "One"\n'
        'reveal = "Accuracy {left.accuracy}, {left.nonsense}"\n'
        '[[steps]]\ntitle = "Two"\nreveal = "On {test_rows} rows"\nshow = ["hard", "score"]\n'
        'claims = [{ value = "left.accuracy", above = 100 }]\n',
        encoding="utf-8",
    )
    for number in (1, 2):
        mine = Place("mine", library.version("mine"), number)
        trainings().open(mine)
        assert trainings()._steps.wait(mine, READY_S)
    app = press(opened("lesson"), "Show me")
    assert errors(app)[0].startswith("A text names a value that there is not: got 'left.nonsense'; use left.")
    app = press(press(app, "Next"), "Show me")
    (told,) = app.warning
    assert "came out otherwise" in told.value and "not above 100" in told.value


def test_settings_that_cannot_be_trained_are_told(own: Path) -> None:
    own.write_text(
        'title = "Mine"\n[[steps]]\ntitle = "One"\nreveal = "r"\nsettings = { preset = "nowhere" }',
        encoding="utf-8",
    )
    mine = Place("mine", library.version("mine"), 1)
    trainings().open(mine)
    assert trainings()._steps.wait(mine, READY_S)
    (said,) = errors(press(opened("lesson"), "Show me"))
    assert said.startswith("There is no such made problem: got 'nowhere'; use four_gaussians")


def test_every_picture_can_be_shown() -> None:
    assert set(MAKERS) | {"problem"} == set(PICTURES)


def test_the_train_page_trains_a_made_problem_with_the_network_it_is_best_seen_with() -> None:
    app = press(opened("train", preset="rare_under_common", epochs="1", seeds="1"), "Train")
    run = shelf.store().get(app.session_state["run"])
    assert run is not None and run.wait(60) and run.machine is not None
    assert run.machine.config.hidden == (4,)
