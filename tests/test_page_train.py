"""The Train page, driven without a browser: what it shows, what it does, how it answers what cannot work."""

from __future__ import annotations

import time

import pytest

from pages.shared import shelf
from tests.app_driver import (
    buttons,
    command,
    errors,
    opened,
    pause,
    press,
    send,
    sound,
    training,
    until,
    view,
    views,
    widget,
)


def test_one_click_starts_a_training_that_shows_both_matrices_of_both_arms() -> None:
    app = opened(sample="wine", epochs="400")
    press(app, "Train")
    data = until(app, lambda data: len(data["groups"]) == 3)
    assert [group["title"] for group in data["stage"]["groups"]] == ["EAST", "Cross-entropy", ""]
    for own, group in zip(data["stage"]["groups"][:2], data["groups"][:2], strict=True):
        assert [cell["key"] for cell in own["cells"]] == ["regions", "soft", "hard"]
        for small, large in zip(own["cells"][1:], group["cells"][:2], strict=True):
            assert small["data"][0]["z"] == large["data"][0]["z"]
    assert [cell["key"] for cell in data["stage"]["groups"][2]["cells"]] == ["score", "annealing"]
    assert [group["title"] for group in data["groups"]] == ["EAST", "Cross-entropy", "Along the training"]
    assert "anchor" in data["groups"][0]["caption"]
    for group in data["groups"][:2]:
        assert [cell["key"] for cell in group["cells"]] == ["soft", "hard", "difference"]
        for cell in group["cells"][:2]:
            counts = [sum(column[0] for column in row) for row in cell["data"][0]["customdata"]]
            assert counts == pytest.approx([12, 14, 10], abs=0.02)  # a fifth of 59, 71 and 48 wines
        assert group["cells"][1]["caption"].endswith(
            "A class that is neither true nor predicted counts as 0."
        )
    lines = [cell["key"] for cell in data["groups"][2]["cells"]]
    assert lines == ["gap", "heaviside", "loss", "gradient"]


def test_pause_one_step_resume_and_stop() -> None:
    app = training()
    frozen = pause(app)
    time.sleep(0.3)
    assert int(view(app.run())["marks"]["step"]) == frozen
    command(app, "step")
    until(app, lambda data: int(data["marks"]["step"]) == frozen + 1, 10)
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
    frozen = pause(app)
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
    curves = [*data["stage"]["groups"][2]["cells"], data["groups"][2]["cells"][0]]
    marks = {cell["key"]: cell["layout"]["shapes"][-1]["x0"] for cell in curves}
    assert marks == {"score": 0, "annealing": 0, "gap": 0}
    drawn = [state["stage"]["groups"][0]["cells"][0]["data"][0]["z"]["bdata"] for state in (data, last)]
    assert drawn[0] != drawn[1]
    assert app.query_params["at"] == "0"


def test_a_training_outlives_a_page_switch_and_a_reload() -> None:
    app = training()
    run = view(app)["marks"]["run"]
    step = int(view(app)["marks"]["step"])
    sound(app.switch_page("pages/data/page.py").run())
    sound(app.switch_page("pages/train/page.py").run())
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
    run = shelf.store().get(view(app)["marks"]["run"])
    assert run is not None
    (told,) = [entry.value for entry in app.caption if "no browser has watched" in entry.value]
    pause_s, end_s = run.watchers.pause_s, run.watchers.end_s
    assert (pause_s, end_s) == (150, 1800)
    assert "for 2.5 minutes it pauses, after 30 it ends" in told
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    assert not any("no browser has watched" in entry.value for entry in app.caption)


def test_what_the_cells_show_can_be_switched() -> None:
    app = training()
    pause(app)
    send(app, show="count")
    cell = view(app)["groups"][0]["cells"][1]
    assert sum(map(sum, cell["data"][0]["z"])) == pytest.approx(36)
    command(app, "stop")


def test_a_diverging_training_is_named_as_such() -> None:
    app = opened("train", sample="wine", seeds="1", rate="1000")
    press(app, "Train")
    data = until(app, lambda data: data["strip"]["status"] == "failed")
    assert data["strip"]["word"] == "Diverged"
    (sentence,) = errors(app)
    assert "Every training diverged" in sentence and "EAST (seed 0) diverged" in sentence


def test_a_run_is_told_of_beside_other_pages() -> None:
    app = training()
    app.switch_page("pages/data/page.py").run()
    assert "Wine cultivars → cultivar" in " ".join(entry.value for entry in sound(app).sidebar.caption)
    sound(app.switch_page("pages/train/page.py").run())
    command(app, "stop")


def test_own_gains_from_the_link_are_trained_for_and_unfit_ones_are_refused() -> None:
    app = training(metric="gain", gain="1,0,0;0,5,0;0,-3,1")
    data = until(app, lambda data: len(data["groups"]) == 3)
    assert data["stage"]["groups"][2]["cells"][0]["title"].startswith("Mean gain on validation")
    hard = data["groups"][0]["cells"][1]
    counts = [[cell[0] for cell in row] for row in hard["data"][0]["customdata"]]
    gains = [[1, 0, 0], [0, 5, 0], [0, -3, 1]]
    mean = sum(counts[row][column] * gains[row][column] for row in range(3) for column in range(3)) / 36
    assert hard["title"] == f"Hard · Mean gain {mean:.3f}"
    command(app, "stop")
    app = opened("train", sample="wine", metric="gain", gain="1,1,1;1,1,1;1,1,1")
    assert "not all the same" in errors(app)[0]


def test_a_preset_replaces_the_gains_that_were_typed() -> None:
    app = opened("train", sample="wine", metric="gain", gain="1,0,0;0,5,0;0,-3,1")
    press(app, "Near misses count")
    assert sound(app).query_params["gain"] == "1,0.5,0;0.5,1,0.5;0,0.5,1"
    press(app, "Missing the rarest is dear")
    # 48 of the 178 wines are of the third cultivar: a missed one costs 130 / 48.
    assert sound(app).query_params["gain"] == "1,0,0;0,1,0;-3,-3,1"


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
    assert [group["key"] for group in data["groups"]] == ["east", "east_paper", "every arm", "lines"]
    assert "without an anchor" in data["groups"][1]["caption"]
    send(app, right="focal")
    assert [group["key"] for group in view(app)["groups"]] == ["east", "focal", "every arm", "lines"]
    every = view(app)["groups"][2]["cells"]
    assert [cell["key"] for cell in every] == ["every east", "every east_paper", "every focal"]
    for shown, alone in zip((every[0], every[2]), view(app)["groups"][:2], strict=True):
        assert shown["data"][0]["z"] == alone["cells"][1]["data"][0]["z"]
    for cell in every:
        counts = [sum(column[0] for column in row) for row in cell["data"][0]["customdata"]]
        assert counts == pytest.approx([12, 14, 10], abs=0.02)  # a fifth of 59, 71 and 48 wines
    bands = [
        trace
        for trace in view(app)["stage"]["groups"][2]["cells"][0]["data"]
        if trace.get("fill") == "toself"
    ]
    assert len(bands) == 3
    assert "Mean of 2 seeds" in view(app)["groups"][0]["caption"]


def test_settings_stand_in_the_link_and_come_back_from_it() -> None:
    app = opened("train", sample="wine")
    widget(app, "selectbox", "Metric to train for").set_value("fbeta")
    widget(app, "slider", "β").set_value(0.5)
    sound(app.run())
    sound(app.switch_page("pages/data/page.py").run())
    sound(app.switch_page("pages/train/page.py").run())
    assert widget(app, "slider", "β").value == 0.5
    other = opened("train", sample="wine", metric="kappa", losses="focal,cross_entropy,rubbish", seeds="3")
    assert widget(other, "selectbox", "Metric to train for").value == "kappa"
    assert widget(other, "multiselect", "Losses to compare").value == ["focal", "cross_entropy"]
    assert widget(other, "number_input", "Seeds").value == 3
