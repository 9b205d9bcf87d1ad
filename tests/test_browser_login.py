"""A login from the closed door to a training and out again, in a real browser with a provider on this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pages.shared.door import NOT_INVITED
from tests.browser_driver import button, live, mark, start, stop, until
from tests.conftest import Server, free_port, open_tab, serve, stop_server
from tests.login_provider import CLIENT, Provider, provider

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SECRETS = """
[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "7d0c1f0b6a6b4c1f8f1f6b0c8a9d2e3f7d0c1f0b6a6b4c1f8f1f6b0c8a9d2e3f"
client_id = "{client}"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[east]
let_in = ["*@school.example"]
"""


@pytest.fixture(scope="module")
def closed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the app with a login, as SERVING.md says."""
    folder = tmp_path_factory.mktemp("closed")
    port, secrets = free_port(), folder / "secrets.toml"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with provider() as address:
        secrets.write_text(SECRETS.format(url=f"http://127.0.0.1:{port}", client=CLIENT, provider=address))
        served = serve([*command, "--secrets.files", str(secrets)], port, folder / "server.log")
        yield served
        stop_server(served)


def words(page: Page) -> list[str]:
    """What is to be read on the page."""
    return [line for line in page.get_by_test_id("stApp").inner_text().splitlines() if line.strip()]


def test_the_door_is_closed_on_every_page(page: Page, closed_server: Server) -> None:
    for path in ("train?sample=wine", "", "compare?run=guess", "microscope", "report", "lesson?step=2"):
        page.goto(f"{closed_server.url}/{path}")
        button(page, "Log in").wait_for()
        assert words(page) == ["Skip to main content", "east", "Log in"]
        assert page.get_by_test_id("stSidebarNavLink").count() == 0


def test_a_pupil_logs_in_trains_and_logs_out_and_a_link_shows_a_guest_nothing(
    browser: Browser, page: Page, closed_server: Server
) -> None:
    Provider.email = "ana@school.example"
    page.goto(closed_server.url)
    button(page, "Log in").click()
    button(page, "Train").wait_for()
    start(page, closed_server, "?sample=wine&epochs=2000&pace=slow")
    assert "ana@school.example" in page.get_by_test_id("stSidebar").inner_text().replace("\u2060", "")
    run, link = mark(page, "run"), page.evaluate("location.href")
    with open_tab(browser) as guest:
        guest.goto(link)
        button(guest, "Log in").wait_for()
        assert run not in guest.content() and live(guest).count() == 0
    stop(page)
    button(page, "Log out").click()
    button(page, "Log in").wait_for()
    page.goto(link)
    button(page, "Log in").wait_for()
    assert live(page).count() == 0


def test_somebody_whom_the_provider_knows_and_nobody_has_invited_stays_outside(
    page: Page, closed_server: Server
) -> None:
    Provider.email = "eve@evil.example"
    page.goto(closed_server.url)
    button(page, "Log in").click()
    page.get_by_text(NOT_INVITED).wait_for()
    until(lambda: words(page)[-1] == "Log out")
    assert words(page) == ["Skip to main content", "east", NOT_INVITED, "Log out"]
