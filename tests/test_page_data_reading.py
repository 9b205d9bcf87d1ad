"""The Data page's questions about a file: a button for each remedy, and what to look out for before training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from east.tables import ReadOptions
from pages.shared.settings import DEFAULTS, ENTRIES, changed, from_link, to_link
from pages.shared.uploads import READING, read_options, setting_of
from pages.shared.words import literal
from tests.app_driver import ROOT, opened, press, read, sound, until, uploaded, view, widget

CASES = ROOT / "tests" / "tables_corpus" / "cases"


def case(name: str) -> AppTest:
    return uploaded(name, (CASES / name).read_bytes())


def facts(app: AppTest) -> pd.DataFrame:
    frame: pd.DataFrame = app.dataframe[0].value.set_index("column")
    return frame


def said(app: AppTest) -> str:
    return " ".join(entry.value.replace("\\", "").replace("**", "") for entry in app.markdown)


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def settings(app: AppTest) -> dict[str, Any]:
    """The settings that are not at their defaults."""
    found = {name: getattr(app.session_state["settings"], name) for name in ENTRIES}
    return {name: value for name, value in found.items() if value != getattr(DEFAULTS, name)}


def rows(app: AppTest) -> int:
    trace = view(app)["groups"][0]["cells"][0]["data"][0]
    return int(sum(trace["x"]))


def test_every_option_of_reading_is_a_setting_and_can_be_chosen() -> None:
    assert set(READING) == set(ReadOptions.__dataclass_fields__)
    options = read_options(changed(DEFAULTS, {"thousands": "none", "units": "yes", "keep_words": "no"}))
    assert options == ReadOptions(thousands="", units=True, keep_words=False)
    app = case("german_thousands.csv")
    for name in ("thousands", "units", "second_header", "keep_words", "join_alike"):
        label = ENTRIES[name].label.capitalize()
        assert [box.label for box in app.selectbox].count(label) == 1, label


@pytest.mark.parametrize(
    ("value", "text"), [(True, "yes"), (False, "no"), ("", "none"), (".", "."), (",", ",")]
)
def test_what_a_remedy_sets_is_written_in_a_link_and_read_from_it(value: str | bool, text: str) -> None:
    name = "second_header" if isinstance(value, bool) else "thousands"
    wanted = changed(DEFAULTS, {name: setting_of(value)})
    assert to_link(wanted) == {name: text}
    assert from_link({name: text}) == (wanted, {})
    assert getattr(read_options(wanted), name) == value


def test_a_number_that_can_be_read_in_two_ways_is_a_question_with_two_buttons() -> None:
    lines = "".join(f"{place % 9 + 1}.{place % 7}11;{'uv'[place % 2]}\n" for place in range(60))
    app = uploaded("marks.csv", f"betrag;y\n{lines}".encode())
    assert "could also mean 1011" in said(app)
    press(app, "Read it as 1011")
    assert settings(app)["thousands"] == "."
    assert facts(read(app)).loc["betrag"].iloc[4].startswith("1,011")
    widget(app, "selectbox", "Thousands mark").set_value("none")
    assert facts(read(app)).loc["betrag"].iloc[4].startswith("1.011")
    assert "Read it as 1011" not in labels(app)


def test_a_second_header_row_is_kept_as_a_row_in_one_click() -> None:
    app = case("two_header_rows.csv")
    assert rows(app) == 40
    press(app, "Keep it as a row")
    assert settings(app)["second_header"] == "no"
    assert "41 rows, 3 columns" in " ".join(entry.value.replace("\\", "") for entry in read(app).caption)


def test_look_alike_classes_are_joined_in_one_click_and_kept_apart_in_another() -> None:
    app = case("whitespace_labels.csv")
    assert len(view(app)["groups"][0]["cells"][0]["data"][0]["y"]) == 5
    press(app, "Join them")
    assert settings(app)["join_alike"] == "yes"
    assert sorted(view(read(app))["groups"][0]["cells"][0]["data"][0]["y"]) == ["no", "yes"]
    press(app, "Keep them apart")
    assert len(view(read(app))["groups"][0]["cells"][0]["data"][0]["y"]) == 5


def test_words_for_missing_are_kept_as_words_in_one_click() -> None:
    lines = "".join(f"{['NA', 'east', 'west'][place % 3]},{place},{'uv'[place % 2]}\n" for place in range(60))
    app = uploaded("words.csv", f"side,x,y\n{lines}".encode())
    assert facts(app).loc["side", "missing"] == pytest.approx(1 / 3)
    press(app, "Keep them as words")
    assert facts(read(app)).loc["side", "missing"] == 0


def test_a_table_whose_file_is_not_here_has_no_button_to_read_it_again() -> None:
    app = case("whitespace_labels.csv")
    sound(app.switch_page("pages/train/page.py").run())
    press(app, "Train")
    run = until(app, lambda data: data["groups"])["marks"]["run"]
    again = opened(sample="upload", run=run)
    assert widget(again, "selectbox", "Table").value == "upload"
    assert "differ only in spaces" in said(again) and "Join them" not in labels(again)


def test_what_to_look_out_for_stands_before_the_button_to_train_one_entry_a_column() -> None:
    generator = np.random.default_rng(0)
    label, key = generator.choice(["a", "b"], 200), [f"K{place:05d}" for place in range(200)]
    frame = pd.DataFrame({"x": generator.normal(size=200).round(3), "key": key, "other": key[::-1]})
    frame["copied"], frame["label"] = np.where(label == "a", "p", "q"), label
    app = uploaded("keys.csv", frame.to_csv(index=False).encode())
    assert "3 columns to leave out: key, other, copied" in said(app)
    assert labels(app).index("Apply all") < labels(app).index("Train")
    assert said(app).count(" key: ") == said(app).count(" other: ") == 1
    press(app, "Apply all")
    assert set(settings(app)["exclude"]) == {"key", "other", "copied"}
    assert "to leave out" not in said(app)


def test_no_column_is_offered_to_be_left_out_where_none_would_remain() -> None:
    assert "Apply all" not in labels(case("whitespace_labels.csv"))


def test_an_address_in_a_file_is_no_link() -> None:
    for text in ("ann@example.org", "www.example.org", "https://example.org"):
        shown = literal(text).replace("\\", "")
        assert shown != text and shown.replace("\u2060", "") == text
