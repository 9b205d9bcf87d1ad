"""The door of a server that others use: closed to whoever has not logged in, on every page and by every link."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit import config as st_config
from streamlit.runtime.secrets import Secrets

from pages.shared import shelf
from pages.shared.door import NOT_INVITED, NOT_SET_UP
from tests.app_driver import errors, opened, sound, training, view
from tests.door_driver import AUTH, CLOSED, GUEST, PUPIL, drawn, visit


def test_without_a_login_set_up_the_app_is_open_as_ever() -> None:
    app = opened()
    assert any(button.label == "Train" for button in app.button)
    assert not [button for button in app.button if button.label.startswith("Log")]


@pytest.mark.parametrize("page", ["data", "train", "compare", "microscope", "report", "lesson"])
def test_whoever_has_not_logged_in_sees_a_button_and_nothing_else(page: str) -> None:
    app = visit(GUEST, auth=AUTH)
    assert drawn(app) == CLOSED
    app.session_state["wanted_page"] = page  # as pages/_<page>.py leaves it
    assert drawn(sound(app.run())) == CLOSED
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(f"pages/{page}/page.py")


def test_no_link_leads_past_the_door_to_a_run() -> None:
    run = view(training())["marks"]["run"]
    app = visit(GUEST, {"run": run, "sample": "wine", "section": "past"}, auth=AUTH)
    assert drawn(app) == CLOSED and "run" not in app.session_state and "settings" not in app.session_state
    inside = visit(PUPIL, {"run": run}, auth=AUTH)
    assert inside.session_state["run"] == run
    shelf.store().drop(run)


def test_a_session_that_logs_out_sees_nothing_any_more() -> None:
    app = visit(PUPIL, auth=AUTH)
    assert any(button.label == "Train" for button in sound(app.run()).button)
    shown = [entry.value.replace("\u2060", "").replace("\\", "") for entry in app.sidebar.caption]
    assert "Ana@School.example" in shown
    (leave,) = [button for button in app.button if button.label == "Log out"]
    leave.click().run()
    assert drawn(sound(app.run())) == CLOSED


def test_each_provider_has_a_button() -> None:
    shared = {name: AUTH[name] for name in ("redirect_uri", "cookie_secret")}
    own = {name: AUTH[name] for name in ("client_id", "client_secret", "server_metadata_url")}
    app = visit(GUEST, auth={**shared, "school": own, "*team*": own})
    assert [button.label for button in app.button] == ["Log in with school", "Log in with \\*team\\*"]


@pytest.mark.parametrize(
    ("user", "let_in", "comes_in"),
    [
        (PUPIL, ["*@school.example"], True),
        (PUPIL, ["ana@school.example"], True),
        (PUPIL, ["*@other.example", "bo@school.example"], False),
        (PUPIL, [], False),
        (PUPIL | {"email": "eve@evil.example"}, ["*@school.example"], False),
        (PUPIL | {"email_verified": False}, ["*@school.example"], False),
        ({"is_logged_in": True, "name": "nobody"}, ["*@school.example"], False),
    ],
)
def test_of_those_who_can_log_in_only_the_invited_come_in(
    user: dict[str, Any], let_in: list[str], comes_in: bool
) -> None:
    app = visit(user, auth=AUTH, east={"let_in": let_in})
    if comes_in:
        assert not errors(app) and len(drawn(app)) > 5
    else:
        assert drawn(app) == [("title", "east"), ("error", NOT_INVITED), ("button", "Log out")]


def test_where_a_login_is_required_and_none_is_set_up_nobody_comes_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EAST_LOGIN", "1")
    assert drawn(visit({})) == [("title", "east"), ("error", NOT_SET_UP)]
    assert drawn(visit(GUEST, auth=AUTH)) == CLOSED


def test_secrets_that_cannot_be_read_keep_the_door_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text('[auth\nclient_id = "east"\n')
    monkeypatch.setattr(st, "secrets", Secrets())
    before = st.get_option("secrets.files")
    st_config.set_option("secrets.files", [str(file)])
    try:
        assert drawn(visit({})) == [("title", "east"), ("error", NOT_SET_UP)]
        file.write_text('[other]\nkey = "value"\n')
        assert len(drawn(visit({}))) > 5
    finally:
        st_config.set_option("secrets.files", before)
