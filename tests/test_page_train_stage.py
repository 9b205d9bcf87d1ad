"""The stage of the Train page, driven without a browser: regions, what is best, where arms differ, the verdict."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from east.comparison import compare, race_from, verdict
from east.metrics import metric
from east.run import Run
from east.synthetic import DEFAULT_PRESET, PRESETS
from pages.shared import shelf
from pages.shared.settings import changed
from tests.app_driver import command, opened, press, send, sound, training, until, uploaded, view, widget

FAST = {"sample": "made", "pace": "full", "seeds": "1", "epochs": "2"}


def finished(**link: str) -> AppTest:
    """A session whose Train page shows a finished run."""
    app = opened("train", **{**FAST, **link})
    press(app, "Train")
    until(app, lambda data: data["strip"]["status"] == "finished", 60)
    return app


def staged(app: AppTest) -> Any:
    return view(app)["stage"]


def figure(app: AppTest, arm: int, key: str) -> Any:
    (found,) = [cell for cell in staged(app)["groups"][arm]["cells"] if cell["key"] == key]
    return found


def run_of(app: AppTest) -> Run:
    run = shelf.store().get(view(app)["marks"]["run"])
    assert run is not None
    return run


def test_both_arms_show_their_regions_beside_the_best_ones_and_the_curve_the_best_score() -> None:
    app = finished()
    problem, f1 = PRESETS[DEFAULT_PRESET].problem, metric("fbeta")
    for arm, name in enumerate(("EAST", "Cross-entropy")):
        regions = figure(app, arm, "regions")
        assert regions["alt"].startswith(f"{name} predicts over x1 and x2")
        lines = {trace["name"]: trace["line"].get("dash") for trace in regions["data"] if trace.get("line")}
        assert lines["best Macro F1"] == "solid" and lines["best accuracy"] == "dash"
    (line,) = [
        trace for trace in figure(app, 2, "score")["data"] if "best reachable" in trace["hovertemplate"]
    ]
    assert line["y"] == pytest.approx([problem.best(f1).score] * 2, abs=5e-4)
    names = [key["name"] for key in staged(app)["keys"]]
    assert names == ["A", "B", "C", "D", "predicted wrongly", "best for accuracy", "best for Macro F1"]
    assert staged(app)["note"] == ""


def test_a_switch_shows_where_the_arms_differ_until_the_next_run() -> None:
    app = finished()
    own = figure(app, 0, "regions")["alt"]
    send(app, regions=True)
    assert "EAST and Cross-entropy differ on" in figure(app, 0, "regions")["alt"]
    assert "Cross-entropy and EAST differ on" in figure(app, 1, "regions")["alt"]
    assert [key["name"] for key in staged(app)["keys"]][-1] == "boundary of Cross-entropy"
    assert app.query_params["regions"] == "differ"
    for nonsense in (None, "yes", 3):
        send(app, regions=nonsense)
        assert view(app)["controls"]["switches"][0]["on"]
    press(app, "Train again")
    data = until(app, lambda data: data["strip"]["status"] == "finished", 60)
    assert not data["controls"]["switches"][0]["on"]
    assert figure(app, 0, "regions")["alt"] == own  # the same seeds give the same networks


def test_regions_go_back_with_the_scrubber_and_the_best_ones_stay() -> None:
    app = finished()
    last = figure(app, 0, "regions")["data"]
    send(app, at={"step": 0, "number": 1})
    first = figure(app, 0, "regions")["data"]
    assert first[0]["z"] != last[0]["z"] and first[-1] == last[-1]


def sent_ahead(app: AppTest) -> dict[str, Any]:
    """The mark of the moments sent ahead, and by step what they show, their figures put together again."""
    (data,) = [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == "east_frames"
    ]
    moments = json.loads(gzip.decompress(base64.b64decode(data["packed"])))
    pool, frames = moments["pool"], moments["frames"]
    assert len({json.dumps(part) for part in pool}) == len(pool)
    for frame in frames.values():
        for group in (*frame["stage"]["groups"], *frame["groups"]):
            for cell in group["cells"]:
                cell["data"], cell["layout"] = [pool[place] for place in cell["data"]], pool[cell["layout"]]
    return {"mark": data["mark"], **frames}


def test_the_moments_sent_ahead_are_those_that_the_server_draws() -> None:
    app = finished()
    until(app, lambda data: data["marks"]["frames"])
    steps = view(app)["replay"]["steps"]
    ahead = sent_ahead(app)
    assert [*ahead] == ["mark", *map(str, steps)]
    for number, step in enumerate((steps[0], steps[len(steps) // 2], steps[-1])):
        send(app, at={"step": step, "number": number})
        data = view(app)
        assert data["marks"]["step"] == str(step) and data["marks"]["frames"] == ahead["mark"]
        assert ahead[str(step)] == {name: data[name] for name in ("stage", "groups", "strip")}
    send(app, regions=True)  # another look: the former moments do not count any more
    assert view(app)["marks"]["frames"] != ahead["mark"]
    data = until(app, lambda data: data["marks"]["frames"])
    assert sent_ahead(app)[str(steps[-1])]["stage"] == data["stage"]


def test_the_end_says_the_verdict_and_leads_to_compare() -> None:
    app = finished(epochs="20", seeds="2")
    outcome = run_of(app).outcome
    assert outcome is not None
    wanted = verdict(compare(race_from(outcome))).headline
    until(app, lambda _: any(wanted in entry.value.replace("\\", "") for entry in app.markdown))
    assert [link.proto.label for link in app.main.get("page_link")] == ["See who won"]
    assert app.main.get("page_link")[0].proto.page == "compare"


def test_the_projector_is_part_of_the_link_and_hides_the_settings() -> None:
    app = finished()
    assert not staged(app)["large"]
    send(app, projector=True)
    sound(app.run())
    assert staged(app)["large"] and app.query_params["projector"] == "yes"
    other = opened("train", **FAST, projector="yes", run=run_of(app).id)
    assert staged(other)["large"]
    assert any("stSidebar" in entry.proto.body for entry in other.get("html"))


@pytest.mark.parametrize(("network", "widths"), [("linear", ()), ("small", (16,)), ("wide", (256, 256))])
def test_a_network_is_chosen_by_its_name(network: str, widths: tuple[int, ...]) -> None:
    app = opened("train", **FAST)
    widget(app, "selectbox", "Network").set_value(network)
    sound(app.run())
    assert app.query_params["network"] == network
    press(app, "Train")
    until(app, lambda data: data["strip"]["status"] == "finished", 60)
    outcome = run_of(app).outcome
    assert outcome is not None
    assert tuple(weight.shape[1] for weight, _ in outcome.lanes[0].weights[:-1]) == widths
    assert any(entry.value == "The scorecards" for entry in app.subheader) == (not widths)


def test_a_linear_network_shows_its_scorecard() -> None:
    app = finished(network="linear")
    outcome = run_of(app).outcome
    assert outcome is not None
    for table, lane in zip(app.table, outcome.lanes, strict=True):
        weight, bias = lane.weights[0]
        rows = np.vstack([weight, bias])
        centred = rows - rows.mean(axis=1, keepdims=True)
        shown = table.value.map(lambda text: float(text.replace("−", "-"))).to_numpy()
        np.testing.assert_allclose(shown, centred, atol=0.0051)
        assert [name.replace("\\", "") for name in table.value.index] == ["x1", "x2", "(intercept)"]


def test_two_columns_are_chosen_to_draw_over_and_the_others_are_said_to_be_held() -> None:
    app = finished(sample="penguins", across="body_mass_g", up="flipper_length_mm")
    regions = figure(app, 0, "regions")
    titles = [regions["layout"][f"{axis}axis"]["title"]["text"] for axis in "xy"]
    assert titles == ["body_mass_g", "flipper_length_mm"]
    assert "The other 5 columns are held at their medians" in staged(app)["note"]
    assert widget(app, "selectbox", "Across").value == "body_mass_g"
    widget(app, "selectbox", "Across").set_value("flipper_length_mm")
    sound(app.run())
    assert widget(app, "selectbox", "Up").value == "bill_length_mm"  # it was the same column


def test_a_table_without_two_columns_of_numbers_has_a_stage_without_regions() -> None:
    app = training(exclude="x1", sample="made")
    command(app, "stop")
    until(app, lambda data: data["strip"]["status"] == "stopped", 10)
    assert [cell["key"] for cell in staged(app)["groups"][0]["cells"]] == ["soft", "hard"]
    assert [switch["name"] for switch in view(app)["controls"]["switches"]] == ["projector"]


def test_many_classes_are_not_named_one_by_one() -> None:
    app = finished(sample="letters", epochs="1")
    assert staged(app)["keys"][0]["name"].startswith("a colour for each class")


def test_training_far_above_validation_is_said_where_the_score_is_read() -> None:
    generator = np.random.default_rng(5)
    lines = [",".join([*(f"x{place}" for place in range(12)), "label"])]
    for _ in range(240):  # labels that nothing can be learned of, only remembered
        values = [f"{value:.3f}" for value in generator.normal(size=12)]
        lines.append(",".join([*values, str(generator.choice(["left", "right", "up"]))]))
    app = uploaded("noise.csv", "\n".join(lines).encode())
    app.session_state["settings"] = changed(
        app.session_state["settings"], {"epochs": 60, "seeds": 2, "pace": "full", "learning_rate": 0.01}
    )
    sound(app.switch_page("pages/train/page.py").run())
    press(app, "Train")
    until(app, lambda data: data["strip"]["status"] == "finished", 60)
    newest = run_of(app).history()[-1]
    send(app, at={"step": newest.step, "number": 1})  # what is kept is of a moment before
    for arm, large, small in zip(newest.arms, view(app)["groups"], staged(app)["groups"], strict=False):
        train, hard = (
            np.mean([getattr(lane, name) for lane in arm.lanes]) for name in ("train_score", "score_hard")
        )
        assert train - hard > 0.2
        assert small["caption"].startswith(f"Macro F1 {hard:.3f} · kept: ")
        assert small["caption"].endswith(f" (training far above: {train:.3f})")
        assert f"by heart: {train:.3f} on them, {hard:.3f} on validation" in large["caption"]


def test_a_training_that_is_not_far_above_is_not_said_to_be() -> None:
    app = finished()
    for group in staged(app)["groups"][:2]:
        assert group["caption"].startswith("Macro F1 ") and "far above" not in group["caption"]
    assert not any("by heart" in group["caption"] for group in view(app)["groups"])


def test_the_end_rests_at_the_kept_moment_and_says_it_with_its_score() -> None:
    app = finished(seeds="3", epochs="12")
    run = run_of(app)
    assert run.outcome is not None
    data = view(app)
    steps, last = data["replay"]["steps"], run.history()[-1]
    for place, arm in enumerate(last.arms):
        kept = sorted(lane.best_step for lane in run.outcome.lanes if lane.loss == arm.arm.loss)
        best = np.mean([lane.best_score for lane in arm.lanes])
        span = f"step {kept[0]}" if kept[0] == kept[-1] else f"steps {kept[0]} to {kept[-1]}"
        assert staged(app)["groups"][place]["caption"].endswith(f" · kept: {best:.3f} at {span}")
        if place == 0:
            nearest = min(steps, key=lambda step: abs(step - kept[1]))
            assert steps[data["replay"]["at"]] == nearest == int(data["marks"]["step"])
    assert "at" not in app.query_params
    send(app, at={"step": last.step, "number": 1})
    assert view(app)["marks"]["step"] == str(last.step) == app.query_params["at"]


def test_the_end_of_a_run_of_few_moments_does_not_rest_before_its_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("east.run.clock.SPARE_S", 0.0)
    app = finished(sample="wine", epochs="3", batch="50")
    data = view(app)
    assert min(data["replay"]["steps"]) == 0 < int(data["marks"]["step"])
