"""Links to each page on a server that has just started, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.browser_driver import address, button, go_to, until
from tests.made_up_links import PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Server

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("path", "query"),
    [("data", ""), *((path, "?sample=penguins") for path in ("train", "compare", "lesson"))],
)
def test_a_fresh_server_shows_the_page_of_a_deep_link_in_its_frame(
    page: Page, fresh_server: Server, path: str, query: str
) -> None:
    page.goto(f"{fresh_server.url}/{path}{query}")
    page.get_by_role("heading", name=PAGES[path], exact=True, level=1).wait_for()
    links = page.get_by_test_id("stSidebarNavLink")
    until(
        lambda: (
            [link.inner_text().strip().split("\n")[-1] for link in links.all()]
            == ["Data", "Train", "Compare", "Microscope", "Take away", "Lesson"]
        )
    )
    if path == "data":
        name = "Made problem: two features, best decision known"
        until(lambda: page.get_by_role("combobox", name="Table").input_value() == name)
    if query:
        until(lambda: "sample=penguins" in address(page))


def heading(page: Page) -> str:
    return str(page.evaluate("() => document.querySelector('h1')?.innerText ?? ''"))


def stands_at(page: Page, words: str) -> bool:
    """Whether the page has exactly this heading (two begin with "Train") and the address has the settings."""
    return heading(page) == words and "sample=penguins" in address(page)


JOURNEY = ("train", "compare", "lesson", "microscope")


def enter(page: Page, server: Server) -> None:
    """Open the first page, and wait until its first look is over."""
    page.goto(f"{server.url}/?sample=penguins")
    page.get_by_text("What is in it", exact=True).wait_for()


def walk(page: Page, server: Server) -> list[str]:
    """Visit the pages of the journey from the first page on; return the heading of each."""
    enter(page, server)
    for path in JOURNEY:
        go_to(page, path.capitalize())
        until(lambda path=path: stands_at(page, PAGES[path]))  # type: ignore[misc]
    return [PAGES[path] for path in ("data", *JOURNEY)]


def test_back_and_forward_take_one_click_for_each_page(page: Page, server: Server) -> None:
    headings = walk(page, server)
    for words in headings[-2::-1]:
        page.go_back()
        until(lambda words=words: stands_at(page, words), 30)  # type: ignore[misc]
    for words in headings[1:]:
        page.go_forward()
        until(lambda words=words: stands_at(page, words), 30)  # type: ignore[misc]


def test_an_impatient_reader_loses_no_entry_of_the_history(page: Page, server: Server) -> None:
    """The answers for the pages on the way come when they have been left already."""
    headings = walk(page, server)
    entries = page.evaluate("history.length")
    for there, direction in ((headings[0], "back"), (headings[-1], "forward")):
        for _ in JOURNEY:
            page.evaluate(f"history.{direction}()")
            page.wait_for_timeout(200)
        until(lambda there=there: stands_at(page, there), 30)  # type: ignore[misc]
        assert page.evaluate("history.length") == entries


def test_settings_chosen_on_a_page_are_no_entry_of_their_own_in_the_history(
    page: Page, server: Server
) -> None:
    enter(page, server)
    go_to(page, "Lesson")
    page.get_by_role("heading", name="Why a metric", level=1).wait_for()
    for number in (2, 3):
        page.get_by_role("radio", name=str(number), exact=True).click()
        until(lambda number=number: f"step={number}" in address(page))  # type: ignore[misc]
    page.go_back()
    until(lambda: heading(page) == PAGES["data"], 20)


def test_copy_link_puts_the_address_on_the_clipboard_and_the_copy_opens_the_same(
    page: Page, server: Server
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{server.url}/lesson?sample=penguins&metric=mcc&step=3")
    page.get_by_role("heading", name="Why a metric", level=1).wait_for()
    until(lambda: "metric=mcc" in address(page))
    copy = button(page, "Copy link")
    copy.press("Enter")
    button(page, "Copied").wait_for()
    copied = str(page.evaluate("() => navigator.clipboard.readText()"))
    assert copied == address(page)
    copy.wait_for()  # its name comes back
    page.goto("about:blank")
    page.goto(copied)
    page.get_by_role("heading", name="Why a metric", level=1).wait_for()
    for setting in ("sample=penguins", "metric=mcc", "step=3"):
        assert setting in copied
        until(lambda setting=setting: setting in address(page))  # type: ignore[misc]


SENDS = """async (url) => {
  const refused = new Promise((resolve) => {
    document.addEventListener("securitypolicyviolation", (event) => resolve(event.blockedURI));
  });
  await fetch(url, { mode: "no-cors" }).then(() => { throw new Error("it was sent"); }, () => null);
  return refused;
}"""


@pytest.fixture
def other_server() -> Iterator[str]:
    """The address of somebody else, who would answer."""
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()


def test_a_page_can_send_to_its_own_server_alone(page: Page, server: Server, other_server: str) -> None:
    page.goto(f"{server.url}/?sample=penguins")
    button(page, "Train").wait_for()  # its own live connection is open
    assert str(page.evaluate(SENDS, other_server)).startswith(other_server)
    assert page.evaluate("async () => (await fetch('/_stcore/health')).ok")


def test_copy_link_works_without_the_right_to_the_clipboard(page: Page, server: Server) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined });")
    page.goto(f"{server.url}/compare?sample=penguins")
    button(page, "Copy link").click()
    button(page, "Copied").wait_for()
    page.evaluate(
        "() => { const box = document.createElement('textarea'); box.id = 'pasted'; document.body.append(box); }"
    )
    page.locator("#pasted").focus()
    page.keyboard.press("Control+V")
    until(lambda: page.locator("#pasted").input_value() == address(page), 10)
