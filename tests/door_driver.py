"""Visits the app as somebody in particular, on a server with or without a login."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from tests.app_driver import ROOT, sound

AUTH: dict[str, Any] = {
    "redirect_uri": "https://east.example/oauth2callback",
    "cookie_secret": "0" * 64,
    "client_id": "east",
    "client_secret": "secret",
    "server_metadata_url": "https://login.example/.well-known/openid-configuration",
}
GUEST = {"is_logged_in": False}
PUPIL = {"is_logged_in": True, "email": "Ana@School.example", "email_verified": True}


def visit(user: dict[str, Any], link: dict[str, str] | None = None, **secrets: Any) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.secrets.update(secrets)
    app.user = user
    for name, value in (link or {}).items():
        app.query_params[name] = value
    return sound(app.run())


def drawn(app: AppTest) -> list[tuple[str, str]]:
    """List everything on the page and in the sidebar, but for the boxes that it stands in."""
    elements = [each for place in (app.main, app.sidebar) for each in place if isinstance(each, Element)]
    return [(each.type, str(getattr(each, "label", "") or each.value)) for each in elements]


CLOSED = [("title", "east"), ("button", "Log in")]
