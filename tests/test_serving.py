"""What `.github/SERVING.md` and the container file say of a server for many is so."""

from __future__ import annotations

import asyncio
import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import plotly
import pytest
import streamlit as st
from plotly.offline import get_plotlyjs
from starlette.applications import Starlette

from east.kept.home import LOGIN, SHARED
from east.run import Limits, RunStore
from east.run.limits import VARIABLES
from pages.shared.live_view import plotly_source
from pages.shared.serving import HEADERS, SecurityHeaders
from tests.door_driver import CLOSED, GUEST, PUPIL, drawn, visit

ROOT = Path(__file__).parents[1]
SERVING = (ROOT / ".github" / "SERVING.md").read_text(encoding="utf-8")
CONTAINER = (ROOT / ".github" / "Containerfile").read_text(encoding="utf-8")
WRITTEN_IN = re.compile(r"[\"'](EAST_[A-Z_]+)[\"']")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)\n```$", SERVING, re.MULTILINE | re.DOTALL)
    return str(found)


def test_every_variable_that_the_code_reads_is_told_with_its_default_and_no_other() -> None:
    sources = [path for folder in ("east", "pages") for path in (ROOT / folder).rglob("*.py")]
    read = {name for path in sources for name in WRITTEN_IN.findall(path.read_text(encoding="utf-8"))}
    told = dict(re.findall(r"^\| `(EAST_\w+)` \| ([^|]+) \|", SERVING, re.MULTILINE))
    assert set(told) == read >= {*VARIABLES.values(), "EAST_HOME", "EAST_LOGIN"}
    assert told["EAST_MOST_HOURS"] == f"{Limits().hours:g}"
    assert told["EAST_MOST_STEPS"] == str(Limits().steps)
    assert Limits().memory_gb is None and told["EAST_MOST_GB"] == "half of the memory"


def test_the_numbers_of_places_are_those_of_the_store() -> None:
    store = RunStore()
    assert (store._most_active, store._most_waiting) == (4, 24)
    assert "Four trainings run at once; up to 24 wait in a line" in SERVING


def test_the_secrets_that_are_shown_close_the_door_and_let_the_invited_in() -> None:
    secrets = tomllib.loads(block("toml"))
    assert drawn(visit(GUEST, **secrets)) == CLOSED
    assert len(drawn(visit(PUPIL, **secrets))) > 5
    assert len(drawn(visit(PUPIL | {"email": "eve@evil.example"}, **secrets))) == 3


def test_the_proxy_narrows_scripts_and_lets_the_live_connection_through() -> None:
    proxy = block("nginx")
    headers = dict(re.findall(r"^  add_header ([\w-]+) (.+?) always;", proxy, re.MULTILINE))
    assert set(headers) == {"Strict-Transport-Security", "Content-Security-Policy"}
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self' blob: data:;" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    # Streamlit compares the page's origin with this header, port and all.
    assert "proxy_set_header Host $http_host;" in proxy and "proxy_set_header Upgrade $http_upgrade;" in proxy
    # A header in a location would take the place of all those of the server.
    assert "add_header" not in proxy.split("location /")[1]


def in_a_loop_of_its_own(work: Any) -> Any:
    """Await in another thread: other tests of this process may have a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def answered(host: str, *headers: tuple[bytes, bytes]) -> dict[str, str]:
    """The headers with which an answer of the app leaves the server."""
    sent: list[Any] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"page"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"host", host.encode())]}
    in_a_loop_of_its_own(SecurityHeaders(inner)(scope, None, send))  # type: ignore[arg-type]
    assert sent[1]["body"] == b"page"
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_every_answer_has_the_security_headers_and_keeps_its_own() -> None:
    found = answered("school.example:8501", (b"x-frame-options", b"SAMEORIGIN"), (b"etag", b"1"))
    assert found["x-frame-options"] == "SAMEORIGIN" and found["etag"] == "1"
    assert {name.lower() for name in HEADERS} <= set(found)
    policy = dict(part.split(" ", 1) for part in found["content-security-policy"].split("; "))
    assert policy["connect-src"] == "'self' ws://school.example:8501 wss://school.example:8501"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert not {"*", "http:", "https:"} & set(policy["default-src"].split())


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "", "x,y"])
def test_a_host_that_is_none_is_no_part_of_the_policy(host: str) -> None:
    assert "connect-src 'self';" in answered(host)["content-security-policy"]


def asked(app: Starlette, paths: list[str], encoding: str) -> list[httpx.Response]:
    """What an application answers."""

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        headers = {"Accept-Encoding": encoding}
        async with httpx.AsyncClient(transport=transport, base_url="http://east", headers=headers) as client:
            return [await client.get(f"/{path}") for path in paths]

    answers: list[httpx.Response] = in_a_loop_of_its_own(ask())
    return answers


@pytest.mark.parametrize("base", ["", "school", "/deep/school/"])
@pytest.mark.parametrize("encoding", ["gzip, br", "identity"])
def test_plotly_comes_from_the_installed_package_and_may_be_kept_for_good(
    base: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.__getitem__)
    path = "/".join(part for part in (base.strip("/"), plotly_source.PATH) if part)
    answer, other = asked(Starlette(routes=[plotly_source.route()]), [path, "plotly/other.js"], encoding)
    assert answer.text == get_plotlyjs() and "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == encoding.split(",")[0]
    assert plotly.__version__ in path and other.status_code == 404


def test_streamlit_s_own_guards_are_left_on() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    guards = {
        "enableXsrfProtection",
        "enableCORS",
        "xsrfCookieSameSite",
        "corsAllowedOrigins",
        "enableAgentApi",
    }
    assert not guards & set(settings["server"])
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["runner"]["magicEnabled"] is False


def test_the_container_has_what_the_app_needs_and_is_closed() -> None:
    copied = {
        name for line in re.findall(r"^COPY (.+) \S+$", CONTAINER, re.MULTILINE) for name in line.split()
    }
    assert {
        "app.py",
        "east",
        "pages",
        "sample_data",
        ".streamlit/config.toml",
        ".github/requirements.lock",
    } <= copied
    assert all((ROOT / name).exists() for name in copied) and not {"tests", ".", ".streamlit"} & copied
    assert "pip install --no-cache-dir --require-hashes -r requirements.lock" in CONTAINER
    assert f"{LOGIN}=1 {SHARED}=1" in CONTAINER
    assert CONTAINER.index("\nUSER east\n") < CONTAINER.index("\nCMD ")
