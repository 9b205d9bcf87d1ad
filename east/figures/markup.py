"""Names in figures: plotly reads tags, entities and `%{...}` in texts, and a name is to be seen as it is written."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Any

from east.plain_text import visible

TEMPLATES = ("hovertemplate", "texttemplate")
"""Properties of a trace that are written with tags on purpose; a name in one goes through `word`."""
NUMBERS = frozenset({int, float, bool, type(None)})


class Tagged(str):
    """A text whose tags are meant; made by `tagged`."""

    __slots__ = ()


def word(name: object) -> str:
    """Write a name so that it can stand in a template or between tags."""
    return html.escape(visible(name), quote=False).replace("{", "&#123;")


def tagged(pattern: str, *names: object) -> Tagged:
    """Fill names into the `{}` of a pattern, whose tags are meant and theirs are not."""
    return Tagged(pattern.format(*map(word, names)))


def literal(value: Any, owner: str = "") -> Any:
    """Return what plotly is to draw with every text literal, except templates and what is `Tagged`.

    Args:
        value: a trace, a layout, or a part of one.
        owner: name of the property it is the value of.
    """
    if isinstance(value, str):
        if isinstance(value, Tagged) or owner in TEMPLATES:
            return str(value)
        return _escaped(value)
    if isinstance(value, dict):
        return {key: literal(inner, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        # Most lists hold numbers, a figure has thousands of them, and live figures are written again and again.
        if NUMBERS.issuperset(map(type, value)):
            return list(value)
        return [literal(inner, owner) for inner in value]
    return value


@lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    return html.escape(visible(text), quote=False)
