"""plotly.js as the server sends it: once a browser, which keeps it, and what it has compiled, for the next page."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.metadata import version

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from east.figures import plotly_script

PATH = f"plotly/{version('plotly')}.js"
"""Below the app's address; the version is in it, so that a browser need never ask again."""
HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
QUICKEST = 1


def route() -> Route:
    """Return the server's route to plotly.js."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return Route(f"/{base}/{PATH}" if base else f"/{PATH}", _send)


def _send(request: Request) -> Response:
    packed = "gzip" in request.headers.get("accept-encoding", "")
    # Streamlit packs once more what does not say how it is packed, at each request.
    headers = {**HEADERS, "Content-Encoding": "gzip" if packed else "identity"}
    return Response(_packed() if packed else plotly_script(), media_type="text/javascript", headers=headers)


@cache
def _packed() -> bytes:
    return gzip.compress(plotly_script().encode(), QUICKEST, mtime=0)
