"""The server around the pages: security headers with every answer, slow imports before anybody comes, and plotly.js."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware

from pages.shared import shelf, warm_up
from pages.shared.live_view import plotly_source

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

SWITCH_S = 0.001
LAST_S = 3.0
"""So long a server that ends waits for its trainings to rest."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # a link holds the id of a run
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# All comes from the server, and a browser sends nothing to anybody else. What scripts may do is not narrowed
# further: extensions and tools for testing evaluate their own.
POLICY = (
    "default-src 'self' blob: data: 'unsafe-inline' 'unsafe-eval'; connect-src 'self'{sockets}; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?")


class SecurityHeaders:
    """Sends the security headers with every answer that has none of its own (ASGI middleware)."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, and add to the head of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**HEADERS, "Content-Security-Policy": _policy(host)}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def _policy(host: str) -> str:
    """Return the policy for a page of `host`; to some browsers 'self' does not mean its live connection."""
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return POLICY.format(sockets=sockets)


@asynccontextmanager
async def life(app: st.App) -> AsyncIterator[None]:
    """Import before anybody comes, and pause what trains when the server ends.

    A thread that ends with the process in the middle of a step would abort it.
    """
    # Several trainings hold the interpreter's lock in turn: a message waits for each of them, again and again.
    sys.setswitchinterval(SWITCH_S)
    warm_up.prepare()
    yield
    shelf.store().pause_all(LAST_S)


MIDDLEWARE = (Middleware(SecurityHeaders),)
ROUTES = (plotly_source.route(),)
