"""Every page, driven without a browser: what it shows, what it does, how it answers what cannot work."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import frame, state

ROOT = Path(__file__).resolve().parents[1]
CSV = "text/csv"


def opened(page: str | None = None, **link: str) -> AppTest:
    """A new session at app.py, gone on to a page."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    frame.warm_up().join()
    if page:
        app.switch_page(f"pages/{page}.py").run()
    return sound(app)


def sound(app: AppTest) -> AppTest:
    assert not app.exception, [entry.message for entry in app.exception]
    return app


def views(app: AppTest) -> dict[str, Any]:
    """The data of each component on the page, by what it draws."""
    drawn = {}
    for element in app.get("bidi_component"):
        if element.proto.component_name == "east_live_view":
            data = json.loads(element.proto.json)
            drawn[",".join(group["key"] for group in data["groups"])] = data
    return drawn


def view(app: AppTest) -> Any:
    """The page's one component."""
    (data,) = views(app).values()
    return data


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label == label]
    return sound(button.click().run())


def send(app: AppTest, **values: Any) -> AppTest:
    """Send what the live view sends from a browser, where AppTest has no hand of its own."""
    states = app._tree.get_widget_states()
    for element in app.get("bidi_component"):
        if element.proto.component_name == "east_live_view":
            states.widgets.add(id=element.proto.id, json_value=json.dumps(values))
    return sound(app._run(states))


def command(app: AppTest, *names: str) -> AppTest:
    """Click buttons of the live view."""
    log = [(place, name) for place, name in enumerate(names, 1)]
    return send(app, clicks={"run": view(app)["marks"]["run"], "giver": str(time.monotonic()), "log": log})


def buttons(app: AppTest) -> list[str]:
    return [control["label"] for control in view(app)["controls"]["buttons"]]


def widget(app: AppTest, kind: str, label: str) -> Any:
    (found,) = [element for element in getattr(app, kind) if element.label == label]
    return found


def until(app: AppTest, holds: Callable[[Any], object], seconds: float = 40.0) -> Any:
    """Run the page again, as its timer would, until what it draws is as wanted."""
    deadline = time.monotonic() + seconds
    while True:
        data = view(sound(app.run()))
        if holds(data):
            return data
        assert time.monotonic() < deadline, data["strip"]
        time.sleep(0.1)


def training(**link: str) -> AppTest:
    """A session whose Train page shows a running training."""
    app = opened("train", **{"sample": "wine", "epochs": "400", **link})
    press(app, "Train")
    until(app, lambda data: data["strip"]["status"] == "running" and int(data["marks"]["step"]) > 0)
    return app


def uploaded(name: str, data: bytes, mime: str = CSV) -> AppTest:
    app = opened()
    app.file_uploader[0].upload(name, data, mime)
    return read(app)


def read(app: AppTest) -> AppTest:
    """Run the page until it no longer says that it is reading a file."""
    deadline = time.monotonic() + 60
    while any("Reading" in entry.value for entry in sound(app.run()).markdown):
        assert time.monotonic() < deadline
    return app


def errors(app: AppTest) -> list[str]:
    return [entry.value.replace("\\", "") for entry in app.error]


def test_the_first_page_needs_no_torch() -> None:
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "from pages.shared import frame\n"
        "frame.warm_up = lambda: None\n"
        "app = AppTest.from_file('app.py', default_timeout=60).run()\n"
        "assert not app.exception, app.exception\n"
        "print(sorted({'torch', 'skrub', 'sklearn'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", done.stdout


def test_the_data_page_opens_on_a_loaded_sample_with_a_button_to_train() -> None:
    app = opened()
    balance = view(app)["groups"][0]["cells"][0]
    assert sum(balance["data"][0]["x"]) == 4000
    assert "common" in balance["alt"]
    assert [button.label for button in app.button if button.label == "Train"] == ["Train"]
    assert len(app.dataframe[1].value) == 100


def test_one_click_starts_a_training_that_shows_both_matrices_of_both_arms() -> None:
    app = opened(sample="wine", epochs="400")
    press(app, "Train")
    data = until(app, lambda data: len(data["groups"]) == 3)
    assert [group["title"] for group in data["groups"]] == ["EAST", "Cross-entropy", "Along the training"]
    assert "anchor" in data["groups"][0]["caption"]
    for group in data["groups"][:2]:
        assert [cell["key"] for cell in group["cells"]] == ["soft", "hard", "difference"]
        for cell in group["cells"][:2]:
            counts = [sum(column[0] for column in row) for row in cell["data"][0]["customdata"]]
            assert counts == pytest.approx([12, 14, 10], abs=0.02)  # a fifth of 59, 71 and 48 wines
    lines = [cell["key"] for cell in data["groups"][2]["cells"]]
    assert lines == ["score", "gap", "annealing", "heaviside", "loss", "gradient"]


def test_pause_one_step_resume_and_stop() -> None:
    app = training()
    command(app, "pause")
    frozen = int(view(app)["marks"]["step"])
    time.sleep(0.3)
    assert int(view(app.run())["marks"]["step"]) == frozen
    command(app, "step")
    assert int(view(app)["marks"]["step"]) == frozen + 1
    assert view(app)["strip"]["word"] == "Paused"
    assert buttons(app) == ["Resume", "One step", "Stop"]
    command(app, "resume")
    until(app, lambda data: int(data["marks"]["step"]) > frozen + 1)
    command(app, "stop")
    data = until(app, lambda data: data["strip"]["status"] == "stopped", 5)
    last = int(data["marks"]["step"])
    assert int(view(app.run())["marks"]["step"]) == last
    assert buttons(app) == []


def test_clicks_are_done_once_and_nonsense_is_not_done() -> None:
    app = training()
    command(app, "pause")
    frozen = int(view(app)["marks"]["step"])
    run = view(app)["marks"]["run"]
    log = [[number, "step"] for number in range(1, 6)]
    for part in (log[:2], log[:2], log[:5], log[2:5]):
        send(app, clicks={"run": run, "giver": "one", "log": part})
    until(app, lambda data: int(data["marks"]["step"]) == frozen + 5, 5)
    unfit = [["x", "stop"], [9, "explode"], 4]
    of_another_run = {"run": "another", "giver": "one", "log": [[6, "stop"]]}
    for nonsense in (
        None,
        7,
        {"run": run, "log": "stop"},
        {"run": run, "giver": 3, "log": unfit},
        of_another_run,
    ):
        send(app, clicks=nonsense, at="far", pace="warp")
    assert int(view(app.run())["marks"]["step"]) == frozen + 5
    assert view(app)["strip"]["word"] == "Paused"
    command(app, "stop")


def test_the_scrubber_moves_every_figure_to_one_moment() -> None:
    app = training()
    until(app, lambda data: int(data["marks"]["step"]) > 30)
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 5)
    last = view(app)
    steps = last["replay"]["steps"]
    assert (steps[0], steps[last["replay"]["at"]]) == (0, int(last["marks"]["step"]))
    send(app, at={"step": 0, "number": 1})
    data = view(app)
    assert data["marks"]["step"] == "0"
    assert data["groups"][0]["cells"][0]["data"] != last["groups"][0]["cells"][0]["data"]
    marks = {cell["key"]: cell["layout"]["shapes"][-1]["x0"] for cell in data["groups"][2]["cells"][:3]}
    assert marks == {"score": 0, "gap": 0, "annealing": 0}
    assert app.query_params["at"] == "0"


def test_a_training_outlives_a_page_switch_and_a_reload() -> None:
    app = training()
    run = view(app)["marks"]["run"]
    step = int(view(app)["marks"]["step"])
    sound(app.switch_page("pages/data.py").run())
    sound(app.switch_page("pages/train.py").run())
    assert view(app)["marks"]["run"] == run
    again = opened("train", sample="wine", run=run)
    data = until(again, lambda data: int(data["marks"]["step"]) > step)
    assert data["marks"]["run"] == run
    command(again, "stop")


def test_two_sessions_do_not_see_each_other() -> None:
    one = training()
    other = opened("train", sample="wine")
    assert not views(other)
    press(other, "Train")
    until(other, lambda data: data["groups"])
    assert view(one)["marks"]["run"] != view(other)["marks"]["run"]
    command(other, "stop")
    until(one, lambda data: data["strip"]["status"] == "running", 5)
    command(one, "stop")


def test_the_page_says_when_a_run_that_nobody_watches_ends() -> None:
    app = training()
    run = state.registry().get(view(app)["marks"]["run"])
    assert run is not None
    (told,) = [entry.value for entry in app.caption if "no browser has watched" in entry.value]
    pause_s, end_s = run.patience_s
    assert (pause_s, end_s) == (150, 1800)
    assert "for 2.5 minutes it pauses, after 30 it ends" in told
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    assert not any("no browser has watched" in entry.value for entry in app.caption)


def test_a_reload_keeps_the_uploaded_table_of_the_run() -> None:
    rows = "\n".join(f"{place % 7},{place % 5},{'yes' if place % 7 > 3 else 'no'}" for place in range(70))
    app = uploaded("mine.csv", f"first,second,answer\n{rows}\n".encode())
    sound(app.switch_page("pages/train.py").run())
    press(app, "Train")
    run = until(app, lambda data: data["groups"])["marks"]["run"]
    again = opened(sample="upload", run=run)
    assert "trained on last, mine" in " ".join(entry.value for entry in again.info).replace("\\", "")
    assert widget(again, "selectbox", "Table").value == "upload"
    command(sound(app.run()), "stop")


def test_what_the_cells_show_can_be_switched() -> None:
    app = training()
    command(app, "pause")
    send(app, show="count")
    cell = view(app)["groups"][0]["cells"][1]
    assert sum(map(sum, cell["data"][0]["z"])) == pytest.approx(36)
    command(app, "stop")


def test_a_diverging_training_is_named_as_such() -> None:
    app = opened("train", sample="wine", rate="1000")
    press(app, "Train")
    data = until(app, lambda data: data["strip"]["status"] == "failed")
    assert data["strip"]["word"] == "Diverged"
    (sentence,) = errors(app)
    assert "Every training diverged" in sentence and "EAST (seed 0) diverged" in sentence


def test_a_run_is_told_of_beside_other_pages() -> None:
    app = training()
    app.switch_page("app.py").run()
    assert "Wine cultivars → cultivar" in " ".join(entry.value for entry in sound(app).sidebar.caption)
    sound(app.switch_page("pages/train.py").run())
    command(app, "stop")


def test_own_gains_from_the_link_are_trained_for_and_unfit_ones_are_refused() -> None:
    app = training(metric="gain", gain="1,0,0;0,5,0;0,-3,1")
    data = until(app, lambda data: len(data["groups"]) == 3)
    assert data["groups"][2]["cells"][0]["title"] == "Mean gain on validation"
    hard = data["groups"][0]["cells"][1]
    counts = [[cell[0] for cell in row] for row in hard["data"][0]["customdata"]]
    gains = [[1, 0, 0], [0, 5, 0], [0, -3, 1]]
    mean = sum(counts[row][column] * gains[row][column] for row in range(3) for column in range(3)) / 36
    assert hard["title"] == f"Hard · Mean gain {mean:.3f}"
    command(app, "stop")
    app = opened("train", sample="wine", metric="gain", gain="1,1,1;1,1,1;1,1,1")
    assert "not all the same" in errors(app)[0]


def test_many_classes_are_shown_in_the_order_of_their_confusion() -> None:
    app = training(sample="letters", epochs="3", pace="full")
    data = until(app, lambda data: data["strip"]["status"] == "finished", 60)
    names = data["groups"][0]["cells"][1]["data"][0]["x"]
    assert len(names) == 26 and names != sorted(names) and sorted(set(names)) == sorted(names)
    send(app, order="given")
    cell = view(app)["groups"][0]["cells"][1]["data"][0]
    assert cell["x"] == sorted(names) == cell["y"]


def test_more_than_two_arms_and_seeds() -> None:
    app = training(losses="east,east_paper,focal", seeds="2", metric="mcc")
    command(app, "stop")
    data = until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    assert [group["key"] for group in data["groups"]] == ["east", "east_paper", "lines"]
    assert "without an anchor" in data["groups"][1]["caption"]
    send(app, right="focal")
    assert [group["key"] for group in view(app)["groups"]] == ["east", "focal", "lines"]
    bands = [trace for trace in view(app)["groups"][2]["cells"][0]["data"] if trace.get("fill") == "toself"]
    assert len(bands) == 3
    assert "Mean of 2 seeds" in view(app)["groups"][0]["caption"]


def test_compare_waits_for_the_end_and_then_shows_scores_of_the_test_part() -> None:
    app = opened("compare")
    assert "nothing to compare" in " ".join(entry.value for entry in app.markdown)
    app = training(seeds="2")
    sound(app.switch_page("pages/compare.py").run())
    assert "The race is on" in " ".join(entry.value for entry in app.markdown)
    sound(app.switch_page("pages/train.py").run())
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    sound(app.switch_page("pages/compare.py").run())
    (scores,) = (data["groups"][0]["cells"][0] for name, data in views(app).items() if name == "scores")
    assert "EAST" in scores["alt"] and "Cross-entropy" in scores["alt"]
    assert sorted(app.dataframe[0].value["", "test rows"]) == [9, 12, 14]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.csv", b"", "is empty"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "PNG"),
        ("binary.csv", bytes(range(256)) * 64, "binary.csv"),
    ],
)
def test_a_file_that_is_no_table_is_answered_in_one_sentence(name: str, data: bytes, says: str) -> None:
    app = uploaded(name, data)
    (sentence,) = errors(app)
    assert says in sentence and sentence.endswith(".")
    assert widget(app, "selectbox", "Table").value == "overlapping_gaussians"


def test_a_target_of_one_class_is_answered_in_one_sentence_and_cannot_be_trained() -> None:
    rows = "\n".join(f"{place},same" for place in range(40))
    app = uploaded("flat.csv", f"x,kind\n{rows}\n".encode())
    widget(app, "selectbox", "Column to predict").set_value("kind")
    sound(app.run())
    (sentence,) = errors(app)
    assert "fewer than two classes" in sentence and "same" in sentence
    (button,) = [button for button in app.button if button.label == "Train"]
    assert button.disabled


def test_an_upload_becomes_the_table_and_survives_a_page_switch() -> None:
    rows = "\n".join(f"{place % 7},{'abc'[place % 3]}" for place in range(60))
    app = uploaded("mine.csv", f"x,label\n{rows}\n".encode())
    assert widget(app, "selectbox", "Table").value == "upload"
    assert widget(app, "selectbox", "Column to predict").value == "label"
    assert view(app)["groups"][0]["cells"][0]["data"][0]["x"] == [20, 20, 20]
    sound(app.switch_page("pages/train.py").run())
    sound(app.switch_page("pages/data.py").run())
    assert widget(app, "selectbox", "Table").value == "upload"


def test_what_the_link_asks_and_is_not_there_falls_back_with_a_note() -> None:
    app = opened(sample="nowhere", target="nothing", beta="nine")
    told = " ".join(entry.value for entry in app.info)
    assert "nowhere" in told and "nothing" in told and "nine" in told
    assert widget(app, "selectbox", "Table").value == "overlapping_gaussians"
    assert app.query_params == {}


def test_settings_stand_in_the_link_and_come_back_from_it() -> None:
    app = opened("train", sample="wine")
    widget(app, "selectbox", "Metric to train for").set_value("fbeta")
    widget(app, "slider", "β").set_value(0.5)
    sound(app.run())
    sound(app.switch_page("pages/data.py").run())
    sound(app.switch_page("pages/train.py").run())
    assert widget(app, "slider", "β").value == 0.5
    other = opened("train", sample="wine", metric="kappa", losses="focal,cross_entropy,rubbish", seeds="3")
    assert widget(other, "selectbox", "Metric to train for").value == "kappa"
    assert widget(other, "multiselect", "Losses in the race").value == ["focal", "cross_entropy"]
    assert widget(other, "number_input", "Seeds").value == 3
