"""The Data page, driven without a browser: its facts against pandas, its questions, its remedies, its readings."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.settings import DEFAULTS, ENTRIES
from tests.app_driver import (
    ROOT,
    command,
    errors,
    opened,
    press,
    read,
    sound,
    until,
    uploaded,
    view,
    widget,
)
from tests.tables_corpus.making import xlsx, zipped

ROWS = 240


def table_csv(**columns: Any) -> bytes:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"x": generator.normal(size=ROWS).round(3), "z": generator.choice(list("pqr"), ROWS)}
    )
    for name, values in columns.items():
        frame[name] = values
    frame["label"] = columns.get("label", generator.choice(["a", "b", "c"], ROWS, p=[0.5, 0.3, 0.2]))
    return frame.to_csv(index=False).encode()


def facts(app: AppTest) -> pd.DataFrame:
    frame: pd.DataFrame = app.dataframe[0].value.set_index("column")
    return frame


def said(app: AppTest) -> str:
    return " ".join(entry.value.replace("\\", "") for entry in (*app.markdown, *app.caption))


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def settings(app: AppTest) -> dict[str, Any]:
    """The settings that are not at their defaults."""
    found = {name: getattr(app.session_state["settings"], name) for name in ENTRIES}
    return {name: value for name, value in found.items() if value != getattr(DEFAULTS, name)}


def can_train(app: AppTest) -> bool:
    (button,) = [button for button in app.button if button.label == "Train"]
    return not button.disabled


def bars(app: AppTest) -> dict[str, int]:
    trace = view(app)["groups"][0]["cells"][0]["data"][0]
    return dict(zip(trace["y"], trace["x"], strict=True))


def test_the_first_look_has_the_button_and_keeps_places_for_the_rest() -> None:
    app = sound(AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run())
    assert [button.label for button in app.button] == ["Train"] and not app.selectbox
    places = len(app.get("skeleton"))
    sound(app.run())
    assert len(app.selectbox) >= 3 and places == 4 and not app.get("skeleton")


def test_columns_are_shown_with_the_facts_that_pandas_finds() -> None:
    app = opened(sample="penguins")
    frame = pd.read_csv("sample_data/penguins.csv")
    shown = facts(app)
    assert shown.index.tolist() == frame.columns.tolist()
    assert shown["missing"].tolist() == pytest.approx(frame.isna().mean().tolist())
    assert shown["different"].tolist() == frame.nunique().tolist()
    assert shown["used as"].tolist() == ["target"] + ["feature"] * 7
    assert str(shown.loc["species", "as target"]).startswith("1. ")
    assert shown.loc["body_mass_g"].iloc[4] == "2,700 … 4,050 … 6,300"
    assert "Missing values in bill_length_mm (2)" in said(app)


def test_rows_without_a_target_are_never_left_out_unasked() -> None:
    app = opened(sample="penguins", target="sex")
    assert not can_train(app)
    assert errors(app) == [
        "'sex': 11 of 344 rows have no target; leave these rows out, or fill the target in."
    ]
    press(app, "Leave these rows out")
    assert can_train(app) and not errors(app)
    assert settings(app) == {"sample": "penguins", "target": "sex", "missing": "leave_out"}
    assert bars(app) == {"male": 168, "female": 165}
    assert "11 of 344 rows have no value in the target 'sex' and were left out, as asked." in said(app)
    press(app, "Undo")
    assert not can_train(app)
    # The answer was to this target: another one asks anew.
    press(app, "Leave these rows out")
    widget(app, "selectbox", "Column to predict").set_value("island")
    sound(app.run())
    assert settings(app) == {"sample": "penguins", "target": "island"}


def test_the_train_page_asks_the_same_questions_with_the_same_buttons() -> None:
    app = opened("train", sample="penguins", target="sex")
    assert not can_train(app)
    assert errors(app) == [
        "'sex': 11 of 344 rows have no target; leave these rows out, or fill the target in."
    ]
    press(app, "Leave these rows out")
    assert can_train(app) and not errors(app)


def test_a_continuous_target_can_be_cut_and_a_leak_into_its_classes_is_seen() -> None:
    price = np.random.default_rng(1).normal(100, 20, ROWS).round(2)
    app = uploaded("prices.csv", table_csv(price=price, euros=price * 1.2))
    widget(app, "selectbox", "Column to predict").set_value("price")
    sound(app.run())
    assert "it is a continuous quantity" in errors(app)[0] and not can_train(app)
    press(app, "Cut into 4 classes")
    assert can_train(app)
    assert list(bars(app).values()) == [60, 60, 60, 60]
    assert "euros: it rises with 'price' (rank correlation 1.0000)" in said(app).replace("**", "")
    widget(app, "number_input", "Cut the target into so many classes").set_value(3)
    sound(app.run())
    assert list(bars(app).values()) == [80, 80, 80] and settings(app)["bins"] == 3
    widget(app, "selectbox", "Column to predict").set_value("label")
    sound(app.run())
    assert "bins" not in settings(app) and set(bars(app)) == {"a", "b", "c"}


def test_each_policy_for_rare_classes_is_one_click() -> None:
    label = np.array([*["a"] * 150, *["b"] * 87, "c", "d", "d"])
    app = uploaded("rare.csv", table_csv(label=label))
    (sentence,) = errors(app)
    assert "2 classes have fewer than 3 rows: 'd' (2), 'c' (1)" in sentence and not can_train(app)
    press(app, "Merge into one class")
    assert can_train(app) and bars(app) == {"a": 150, "b": 87, "other": 3}
    assert "Merged into one class, as chosen." in said(app)
    press(app, "Undo")
    press(app, "Keep")
    assert can_train(app) and bars(app) == {"a": 150, "b": 87, "d": 2, "c": 1}


def test_warnings_name_column_evidence_and_remedy_and_one_click_applies_it() -> None:
    generator = np.random.default_rng(2)
    label = generator.choice(["a", "b", "c"], ROWS)
    app = uploaded(
        "odd.csv",
        table_csv(
            key=[f"K{place:05d}" for place in range(ROWS)],
            hint=[{"a": 1, "b": 2, "c": 3}[value] for value in label],
            same=7,
            empty=["v", *[""] * (ROWS - 1)],
            day=pd.date_range("2022-01-01", periods=ROWS).strftime("%d.%m.%Y"),
            label=label,
        ),
    )
    text = said(app).replace("**", "")
    for told in (
        "key: nearly every row has a different value, such as K00000, K00001.",
        "hint: each of its values goes with one class of 'label' only",
        "same: it has the same value in every row. :gray[It is ignored.]",
        "day: it holds dates.",
    ):
        assert told in text
    assert "empty:" in text
    while "Leave it out" in labels(app):
        next(button for button in app.button if button.label == "Leave it out").click()
        sound(app.run())
    uses = facts(app)["used as"].to_dict()
    assert {name for name, use in uses.items() if use == "left out"} >= {"key", "hint", "day"}
    assert set(settings(app)["exclude"]) >= {"key", "hint", "day"}
    assert {"x", "z"} == {name for name, use in uses.items() if use == "feature"} - {"same", "empty"}


def test_many_columns_of_one_kind_are_one_warning() -> None:
    dates = {
        f"d{place}": pd.date_range("2022-01-01", periods=ROWS) + pd.Timedelta(days=place)
        for place in range(6)
    }
    app = uploaded("dates.csv", table_csv(**dates))
    assert "6 columns hold dates: d0, d1, d2, d3, d4 and 1 more" in said(app).replace("**", "")
    assert "They become year, month, day and seconds." in said(app)
    press(app, "Leave all 6 out")
    assert settings(app)["exclude"] == tuple(dates)
    assert "They are left out, as chosen." in said(app)
    press(app, "Undo")
    assert "exclude" not in settings(app)


def test_rows_are_split_by_time_and_by_group() -> None:
    day = pd.date_range("2022-01-01", periods=ROWS).strftime("%d.%m.%Y")
    app = uploaded("days.csv", table_csv(day=day, who=np.arange(ROWS) // 12))
    press(app, "Split by it")
    assert settings(app)["time"] == "day" and facts(app).loc["day", "used as"] == "time"
    assert "144 rows to train on, 48 to choose the best moment, 48 kept" in said(app)
    assert "the oldest rows train, the newest test" in said(app) and "were read day first" in said(app)
    widget(app, "selectbox", "Keep together, by group").set_value("who")
    sound(app.run())
    assert settings(app)["group"] == "who" and "time" not in settings(app)
    assert "No value of 'who' is in two parts of the split." in said(app)
    assert can_train(app)


def test_a_file_is_read_again_as_asked_from_the_bytes_of_the_session() -> None:
    data = b"a;b;label\n" + b"".join(b"%d,5;\xfc|y;%s\n" % (n, b"uv"[n % 2 : n % 2 + 1]) for n in range(60))
    app = uploaded("t.csv", data)
    assert facts(app).loc["a", "is"] == "numeric"
    widget(app, "selectbox", "Decimal mark").set_value(".")
    assert facts(read(app)).loc["a", "is"] != "numeric"
    widget(app, "selectbox", "Delimiter").set_value("|")
    assert list(facts(read(app)).index) == ["0,5;ü", "y;u"]  # the first line that has two fields
    widget(app, "selectbox", "Encoding").set_value("utf-8")
    assert "not text in utf-8" in errors(read(app))[0]
    assert "still the table as it was read before" in said(app)
    for label in ("Encoding", "Delimiter", "Decimal mark"):
        widget(app, "selectbox", label).set_value(None)
    assert facts(read(app)).loc["a", "is"] == "numeric" and not errors(app)


def test_sheets_and_files_of_an_archive_are_chosen() -> None:
    rows = [[n, "uv"[n % 2]] for n in range(40)]
    book = xlsx({"One": [["x", "label"], *rows], "Two": [["y", "kind"], *rows]})
    app = uploaded("b.xlsx", book, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    assert widget(app, "selectbox", "Sheet").options == ["One", "Two"]
    widget(app, "selectbox", "Sheet").set_value("Two")
    assert list(facts(read(app)).index) == ["y", "kind"]
    assert widget(app, "selectbox", "Column to predict").value == "kind"
    lines = "".join(f"{n},{'uv'[n % 2]}\n" for n in range(40))
    archive = zipped({"a.csv": f"x,label\n{lines}".encode(), "b.csv": f"y,kind\n{lines}".encode()})
    app.file_uploader[0].upload("z.zip", archive, "application/zip")
    assert "holds several tables" in errors(read(app))[0]
    assert "sheet" not in settings(app)  # what was asked of the workbook is not asked of the archive
    widget(app, "selectbox", "File in the archive").set_value("b.csv")
    assert list(facts(read(app)).index) == ["y", "kind"] and not errors(app)


def test_a_link_about_an_upload_waits_for_it() -> None:
    app = opened(sample="upload", target="z", exclude="x,a%2Cb", delimiter=";")
    assert "links hold no data" in " ".join(entry.value for entry in app.info)
    assert settings(app) == {}
    data = table_csv(**{"a,b": 1, "w": range(ROWS)}).replace(b'"a,b"', b"a;b".replace(b";", b"\x00"))
    data = b"\n".join(line.replace(b",", b";") for line in data.replace(b"a\x00b", b"ab").split(b"\n"))
    app.file_uploader[0].upload("mine.csv", data.replace(b"ab", b"a,b", 1), "text/csv")
    read(app)
    assert settings(app) == {"sample": "upload", "target": "z", "exclude": ("x", "a,b"), "delimiter": ";"}
    assert facts(app)["used as"].to_dict() == {
        "x": "left out", "z": "target", "a,b": "left out", "w": "feature", "label": "feature",
    }  # fmt: skip


def test_what_a_link_asks_of_reading_and_cannot_be_is_said() -> None:
    app = opened(header="perhaps", bins="1")
    told = " ".join(entry.value for entry in app.info)
    assert "header “perhaps” is not known" in told and "number of bins “1” is not known" in told
    app = opened(decimal=";")
    app.file_uploader[0].upload("t.csv", table_csv(), "text/csv")
    assert "no such decimal mark" in errors(read(app))[0]
    widget(app, "selectbox", "Decimal mark").set_value(None)
    assert not errors(read(app)) and facts(app).loc["x", "is"] == "numeric"


def test_cells_that_start_formulas_are_neutralised_where_they_can_be_downloaded() -> None:
    app = uploaded("f.csv", table_csv(note=["=1+1", "@x"] * (ROWS // 2)))
    for frame in (app.dataframe[0].value, app.dataframe[1].value):
        cells = [cell for cell in frame.to_numpy().ravel() if isinstance(cell, str)]
        assert cells and not [cell for cell in cells if cell.startswith(("=", "@"))]


def test_a_large_table_says_how_much_of_it_was_looked_at() -> None:
    generator = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"x": generator.normal(size=60_000).round(2), "label": generator.choice(["a", "b"], 60_000)}
    )
    app = uploaded("large.csv", frame.to_csv(index=False).encode())
    assert (
        "60,000 rows, 2 columns; missing values and classes are counted in all, the rest in a sample of 50,000"
        in said(app)
    )
    assert sum(bars(app).values()) == 60_000


def test_the_first_page_needs_nothing_that_is_slow_to_import() -> None:
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "from pages.shared import warm_up\n"
        "warm_up.start = lambda: None\n"
        "app = AppTest.from_file('app.py', default_timeout=60).run()\n"
        "assert not app.exception, app.exception\n"
        "print(sorted({'torch', 'skrub', 'sklearn', 'scipy'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", done.stdout


def test_the_data_page_opens_on_a_loaded_sample_with_a_button_to_train() -> None:
    app = opened(sample="overlapping_gaussians")
    balance = view(app)["groups"][0]["cells"][0]
    assert sum(balance["data"][0]["x"]) == 4000
    assert "common" in balance["alt"]
    assert [button.label for button in app.button if button.label == "Train"] == ["Train"]
    assert len(app.dataframe[1].value) == 100


def test_a_reload_keeps_the_uploaded_table_of_the_run() -> None:
    rows = "\n".join(f"{place % 7},{place % 5},{'yes' if place % 7 > 3 else 'no'}" for place in range(70))
    app = uploaded("mine.csv", f"first,second,answer\n{rows}\n".encode())
    sound(app.switch_page("pages/train/page.py").run())
    press(app, "Train")
    run = until(app, lambda data: data["groups"])["marks"]["run"]
    again = opened(sample="upload", run=run)
    assert "trained on last, mine" in " ".join(entry.value for entry in again.info).replace("\\", "")
    assert widget(again, "selectbox", "Table").value == "upload"
    command(sound(app.run()), "stop")


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
    assert widget(app, "selectbox", "Table").value == "made"


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
    sound(app.switch_page("pages/train/page.py").run())
    sound(app.switch_page("pages/data/page.py").run())
    assert widget(app, "selectbox", "Table").value == "upload"


def test_what_the_link_asks_and_is_not_there_falls_back_with_a_note() -> None:
    app = opened(sample="nowhere", target="nothing", beta="nine")
    told = " ".join(entry.value for entry in app.info)
    assert "nowhere" in told and "nothing" in told and "nine" in told
    assert widget(app, "selectbox", "Table").value == "made"
    assert app.query_params == {}
