"""Links that were typed wrongly, cut off or made up: no page breaks on one, whatever its parameters say."""

from __future__ import annotations

import random

import pytest
from streamlit.testing.v1 import AppTest

from pages.lesson.prepared import Trainings
from tests.app_driver import by_link, sound
from tests.compare_driver import compared, run_id
from tests.made_up_links import PAGES, made_up

LINKS, SEED = 100, 19


@pytest.mark.parametrize("page", PAGES)
def test_no_link_breaks_a_page(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trainings, "open", lambda trainings, place: None)  # no training behind every link
    rng = random.Random(f"{SEED} {page}")
    for _ in range(-(-LINKS // len(PAGES))):
        link = made_up(rng)
        app = by_link(page, **link)
        assert not app.exception, (link, [entry.message for entry in app.exception])
        assert app.title[0].value == PAGES[page], link
        if page == "data":
            sound(app.run())  # what its first look leaves out


@pytest.mark.parametrize("page", ["data", "train"])
@pytest.mark.parametrize("rows", ["0", "99", "-5", "20002000"])
def test_a_number_of_rows_out_of_range_falls_back_and_says_so(page: str, rows: str) -> None:
    app = sound(by_link(page, rows=rows))
    told = said(app) + said(sound(app.run()))  # the Data page's first look has no notes yet
    assert f"The link's number of rows “{rows}” is not known here; the default is used." in told
    assert app.session_state["settings"].rows is None


def said(app: AppTest) -> str:
    """All notes on the page, without the escapes of Markdown."""
    return " ".join(entry.value for entry in app.info).replace("\\", "")


@pytest.mark.parametrize(
    ("page", "link", "words"),
    [
        ("train", {"metric": "f11"}, "metric “f11” is not known here; the default is used"),
        ("data", {"metric": "f11"}, "metric “f11” is not known here; the default is used"),
        ("data", {"losses": "east,easy"}, "losses “easy” is not known here; it is left out"),
        ("data", {"rules": "argmin"}, "decision rules “argmin” is not known here; it is left out"),
        ("data", {"exclude": "x1,x7"}, "left-out columns “x7” is not known here; it is left out"),
        ("train", {"exclude": "x7"}, "left-out columns “x7” is not known here; it is left out"),
        ("train", {"average": "class", "class": "Z"}, "Class “Z” is not known here; the default is used"),
        ("train", {"metric": "gain", "gain": "1,0;0,1"}, "is for 2 classes and this target has 4"),
        ("train", {"metric": "gain", "gain": "1,0;0"}, "gain matrix “1,0;0” is not known here"),
        ("data", {"gains": "1,0;0,1"}, "“gains” is no setting here; it is passed over"),
        ("compare", {"metrik": "mcc"}, "“metrik” is no setting here; it is passed over"),
        *((page, {"run": "abc123"}, "The link's run is gone") for page in PAGES),
        ("data", {"run": "../../etc"}, "The link's run is gone"),
    ],
)
def test_what_a_link_says_that_is_not_known_is_told(page: str, link: dict[str, str], words: str) -> None:
    app = sound(by_link(page, **link))
    told = said(app) + said(sound(app.run()))  # the Data page's first look has no notes yet
    assert words in told
    assert told.count(words) == 1  # once is enough
    assert not said(sound(app.run()))


def test_what_a_link_left_out_keeps_the_rest() -> None:
    app = sound(by_link("train", exclude="x7,x2", losses="easy,focal", average="class", **{"class": "Z"}))
    settings = app.session_state["settings"]
    assert (settings.exclude, settings.losses) == (("x2",), ("focal",))
    assert "run" not in sound(by_link("train", run="abc123")).query_params


def test_a_names_markup_is_no_markup_in_a_note() -> None:
    app = sound(by_link("train", metric="![x](http://x)", **{"**bold**": "1"}))
    written = " ".join(entry.value for entry in app.info)
    assert "![" not in written and "**bold" not in written and "“**bold**”" in said(app)
    assert "\\\\" not in written  # escaped once: twice would show the escapes


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"section": "score"}, "section of Compare “score” is not known here"),
        ({"section": "matrices", "cell": "9,9,0"}, "cell “9, 9, 0” is not known here"),
        ({"section": "matrices", "first": "easy"}, "first arm compared “easy” is not known here"),
        ({"section": "grid", "grid": "abc123"}, "run of the grid is gone"),
        ({"section": "frontier", "frontier": "abc123"}, "run of the frontier is gone"),
        ({"section": "what_if", "offsets": "1,2"}, "offsets “1, 2” is not known here"),
    ],
)
def test_compare_tells_at_once_what_it_does_not_know(link: dict[str, str], words: str, raced: str) -> None:
    app = sound(by_link("compare", sample="wine", run=raced, **link))
    assert words in said(app)
    assert not said(sound(app.run()))


@pytest.fixture(scope="module")
def raced() -> str:
    """The run of a race on the wines, stopped early."""
    return run_id(compared())
