"""Put values into a text: a name in braces, such as {left.accuracy}, is replaced by the value of that name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from east.errors import LessonError
from east.lesson.values import Value

NAME = re.compile(r"\{([^{}]*)\}")
"""A name in braces; what it names is looked up in a table, never evaluated."""


def fill(text: str, values: Mapping[str, Value]) -> str:
    """Replace every name in braces by its value.

    Raises:
        LessonError: for a name that there is not.
    """
    return NAME.sub(lambda found: value_named(found[1].strip(), values).text, text)


def value_named(name: str, values: Mapping[str, Value]) -> Value:
    """Return the value of a name.

    Raises:
        LessonError: for a name that there is not.
    """
    if name not in values:
        near = get_close_matches(name, values, n=3, cutoff=0.0)
        raise LessonError("A text names a value that there is not", repr(name), f"use {', '.join(near)}")
    return values[name]
