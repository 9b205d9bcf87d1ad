"""What several tests share: one thread, a server of the app on a free port, and a real browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.browser_driver import PATIENCE_MS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from xdist.remote import Producer

ROOT = Path(__file__).resolve().parents[1]
# pytest puts only tests/ on the path; pages and east live beside it.
sys.path.insert(0, str(ROOT))

LOCAL = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class _FilesAndTheBrowser(LoadFileScheduling):  # type: ignore[misc]  # execnet has no types
    """Keeps each file in one process, and all that drives a browser in one: two browsers would slow each other."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "browser" if file.startswith("tests/test_browser_") else file


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are cores: the one that drives the browser waits most of its time."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _FilesAndTheBrowser:
    return _FilesAndTheBrowser(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the browser's tests, for they take longest; the other files run beside and after them."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Keep torch and numpy to one thread: two wait for each other on small steps, and sums come out in one order."""
    from east import threads

    with threads.one_thread():
        yield


@dataclass
class Server:
    """A running app."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]
    _heard: int = field(default=0, init=False)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def check(self) -> None:
        """Fail on a traceback in what it has said since it was last checked."""
        news = self.said()[self._heard :]
        self._heard += len(news)
        assert "Traceback" not in news, news


@dataclass(frozen=True)
class Watched:
    """A server that writes down what its runs do."""

    server: Server
    log: Path

    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()[:-1]]

    def rate(self, since: float, until: float) -> float:
        """Steps a second between two moments."""
        seen = [entry for entry in self.entries() if since <= entry["at"] <= until]
        first, last = seen[0], seen[-1]
        return float((last["step"] - first["step"]) / (last["at"] - first["at"]))

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def loaded_after(statement: str) -> set[str]:
    """List the modules that a fresh interpreter holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(folder: Path, script: str | Path = "app.py") -> Server:
    """Serve the app, or another script, on a free port; returns when it answers."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    return serve(command, port, folder / f"server-{port}.log")


def serve(command: list[str], port: int, log: Path) -> Server:
    """Start a command that serves on a port; returns when it answers."""
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT)
    server = Server(f"http://127.0.0.1:{port}", log, process)
    wait_for_server(server)
    return server


def wait_for_server(server: Server) -> None:
    """Return when the server answers; one that does not is stopped."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1).read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    stop_server(server)
    raise AssertionError(f"the app did not start:\n{server.said()}")


def start_watched(folder: Path, core: str = "", patience: str = "", blind: str = "") -> Watched:
    """Serve the app so that it can be watched; the arguments are those of `watched_server.py`."""
    port = free_port()
    log = folder / f"runs-{port}.jsonl"
    script = Path(__file__).with_name("watched_server.py")
    command = [sys.executable, str(script), str(port), core, str(log), patience, blind]
    return Watched(serve(command, port, folder / f"server-{port}.log"), log)


def stop_server(server: Server) -> None:
    server.process.terminate()
    server.process.wait(timeout=20)
    assert "terminate called" not in server.said(), "a training's thread was cut off in the middle of a step"
    server.check()


@pytest.fixture(scope="session", autouse=True)
def nothing_is_kept_among_the_users_own_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the runs of tests, and of the servers and commands they start, in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EAST_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("EAST_KEEP", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def app_test_runs_app_py_as_a_server_does() -> Iterator[None]:
    """Let AppTest run app.py, as a server does from its second session on, and do no more than a server.

    At each of its runs AppTest serves the files of `pages/` as a server does that has just started, and each new one
    reads the metadata of all packages again, longer than a page runs. The search for garbage at each start of a
    training would go through all that the tests hold, for half a second.
    """
    if find_spec("streamlit") is None:  # a machine with a GPU may have what the library needs alone
        yield
        return
    from streamlit.components.v2 import manifest_scanner
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import app_test

    class Warm(PagesManager):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            PagesManager.uses_pages_directory = False

    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        patch.setattr(app_test, "PagesManager", Warm)
        patch.setattr("pages.shared.warm_up.collect_garbage", lambda: None)
        yield


@pytest.fixture(scope="session")
def common_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    served = start_server(tmp_path_factory.mktemp("server"))
    yield served
    stop_server(served)


@pytest.fixture
def server(common_server: Server) -> Iterator[Server]:
    """The server that all tests share; a test that makes it fail, fails."""
    yield common_server
    common_server.check()


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    served = start_server(tmp_path)
    yield served
    stop_server(served)


def find_chromium() -> str | None:
    """Look where CHROMIUM says, then on the path; None leaves it to Playwright's own."""
    named = os.environ.get("CHROMIUM")
    return named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser with a profile on the disk: as a reader's it keeps the app's scripts, fetched and compiled."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            context = playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("profile"),
                executable_path=find_chromium(),
                args=CHROMIUM_ARGUMENTS,
            )
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no Chromium to drive (set CHROMIUM to its path): {str(error).splitlines()[0]}")
        yield context
        context.close()


@pytest.fixture(scope="session")
def browser(profile: BrowserContext) -> Browser:
    """The browser itself, for profiles of a test's own."""
    assert profile.browser is not None
    return profile.browser


@contextmanager
def _sound_tab(context: BrowserContext) -> Iterator[Page]:
    """Open a tab that may ask this machine only; no script on it may fail."""
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("request", lambda request: None if request.url.startswith(LOCAL) else problems.append(request.url))
    yield tab
    tab.close()
    assert not problems


@contextmanager
def open_tab(browser: Browser, **options: Any) -> Iterator[Page]:
    """Open a sound tab in a profile of its own; the options are those of Playwright's `new_context`."""
    context = browser.new_context(**options)
    with _sound_tab(context) as tab:
        yield tab
    context.close()


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """A sound tab, in a profile that remembers nothing of former tests but the app's scripts."""
    profile.clear_cookies()
    profile.clear_permissions()
    with _sound_tab(profile) as tab:
        tab.set_viewport_size({"width": 1280, "height": 900})
        yield tab
        if tab.url.startswith("http"):
            tab.evaluate("localStorage.clear()")
