"""Links that were typed wrongly, cut off or made up: no page breaks on one, whatever its parameters say."""

from __future__ import annotations

import random
import string

import pytest
from streamlit.testing.v1 import AppTest

from pages.lesson.prepared import Trainings
from pages.shared.settings import FIELDS
from tests.app_driver import by_link, sound
from tests.compare_driver import compared, run_id

LINKS, SEED, MOST_PARAMETERS = 100, 19, 7
PAGES = {
    "data": "Train for the metric", "train": "Train", "compare": "Compare", "microscope": "Microscope",
    "report": "Take away", "lesson": "Why a metric",
}  # fmt: skip
GOOD = {
    "sample": "penguins", "preset": "rare_under_common", "shape": "moons", "classes": "3", "imbalance": "20",
    "overlap": "0.4", "noise": "0.1", "rows": "2000", "problem_seed": "7", "target": "sex", "exclude": "x1,x2",
    "bins": "4", "missing": "leave_out", "rare": "merge", "group": "island", "time": "year", "shares": "80/10/10",
    "split_seed": "3", "metric": "mcc", "beta": "0.25", "average": "macro", "class": "D", "weights": "quadratic",
    "gain": "1,0;0,1", "losses": "east,focal", "rules": "argmax,offsets", "seeds": "3", "epochs": "5", "batch": "64",
    "network": "linear", "width": "8", "depth": "1", "dropout": "0.1", "rate": "0.01", "averaging": "0.9",
    "pace": "slow", "show": "count", "order": "given", "left": "east", "right": "cross_entropy", "at": "40",
    "section": "grid", "first": "east", "cell": "1,2", "offsets": "0.5,-1", "grid_metrics": "fbeta,mcc",
    "sweep_seeds": "2", "probe": "run", "probe_cell": "0,-1", "probe_row": "3", "truth": "1", "place": "0.2,0.3,0.5",
    "annealed": "0.7", "arrows": "east", "other": "2", "towards": "1", "moved": "0.5", "lesson": "why_the_metric",
    "step": "3", "run": "nobody",
}  # fmt: skip
JUNK = (
    "", " ", "0", "-1", "1e309", "nan", "inf", "-inf", "99999999999999999999", "0.5", "auto", "None", "[]", "true",
    "../../app", "<b>x</b>", "![x](http://x)", "a,b", ",,,", "1;2,3", "%", "%2C", "☃", "٣", "\x00", "x" * 4000,
)  # fmt: skip


def mutated(text: str, rng: random.Random) -> str:
    """Drop, repeat, exchange or insert a character, or cut the text off."""
    place = rng.randrange(len(text) + 1)
    letter = rng.choice(string.printable + "é☃−")
    return rng.choice(
        (
            text[:place],
            text[:place] + letter + text[place:],
            text[:place] + letter + text[place + 1 :],
            text + text,
            text.upper(),
            text[::-1],
        )
    )


def made_up(rng: random.Random) -> dict[str, str]:
    names = rng.sample([*FIELDS, "run"], rng.randint(1, MOST_PARAMETERS))
    link = {}
    for name in names:
        good = GOOD.get(name, "x")
        link[name] = rng.choice((good, mutated(good, rng), mutated(good, rng), rng.choice(JUNK)))
    if rng.random() < 0.2:
        link[mutated("metric", rng) or "m"] = "mcc"
    return link


@pytest.mark.parametrize("page", PAGES)
def test_no_link_breaks_a_page(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trainings, "open", lambda trainings, place: None)  # no training behind every link
    rng = random.Random(f"{SEED} {page}")
    for _ in range(-(-LINKS // len(PAGES))):
        link = made_up(rng)
        app = by_link(page, **link)
        assert not app.exception, (link, [entry.message for entry in app.exception])
        assert app.title[0].value.startswith(PAGES[page]), link
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
