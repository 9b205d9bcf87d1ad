"""One table of a TOML file, read key by key, each with its type and range."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from east.errors import LessonError

LONGEST_QUOTE = 60


class Section:
    """A table of a file; a key that nobody has asked for is a mistake, which `finish` reports.

    Args:
        name: what people call it, such as "step 3".
        values: what tomllib has read.
    """

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self.name, self._values = name, values
        self._asked: list[str] = []

    def has(self, key: str) -> bool:
        """Whether a key is there."""
        self._asked.append(key)
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not blank; without a default the key is needed."""
        if not self.has(key) and default is not None:
            return default
        value = self._needed(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "a text in quotes", value)
        return value.strip()

    def number(self, key: str, least: float, most: float, default: float) -> float:
        """Return a number within bounds."""
        if not self.has(key):
            return default
        value = self._values[key]
        if not _is_number(value) or not least <= value <= most:
            raise self._wrong(key, f"a number from {least:g} to {most:g}", value)
        return float(value)

    def whole(self, key: str, least: int, most: int) -> int:
        """Return a whole number within bounds; the key is needed."""
        value = self._needed(key)
        if not _is_number(value) or value != int(value) or not least <= value <= most:
            raise self._wrong(key, f"a whole number from {least} to {most}", value)
        return int(value)

    def texts(self, key: str, least: int, most: int) -> tuple[str, ...]:
        """Return a list of different texts; the key is needed."""
        value = self._needed(key)
        fits = isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value)
        if not fits or not least <= len(value) <= most or len(set(value)) < len(value):
            raise self._wrong(key, f"a list of {least} to {most} different texts", value)
        return tuple(value)

    def words(self, key: str, known: Collection[str], default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a list of known words, each once."""
        if not self.has(key):
            return default
        value = self._values[key]
        fits = isinstance(value, list) and all(isinstance(each, str) and each in known for each in value)
        if not fits or len(set(value)) < len(value):
            raise self._wrong(key, f"a list of different words out of {', '.join(known)}", value)
        return tuple(value)

    def bound(self, key: str) -> float | str | None:
        """Return a finite number, the name of a value, or None."""
        if not self.has(key):
            return None
        value = self._values[key]
        if isinstance(value, str) and value.strip():
            return value.strip()
        if not _is_number(value):
            raise self._wrong(key, "a number or the name of a value", value)
        return float(value)

    def settings(self) -> dict[str, str]:
        """Return the settings, each written as in a link."""
        if not self.has("settings"):
            return {}
        value = self._values["settings"]
        if not isinstance(value, Mapping):
            raise self._wrong("settings", "a table, such as { seeds = 3 }", value)
        return {name: self._written(name, each) for name, each in value.items()}

    def sections(self, key: str, name: str, *, least: int = 0, most: int) -> list[Section]:
        """Return a list of tables, each with its number in its name."""
        value = self._values[key] if self.has(key) else []
        fits = isinstance(value, list) and all(isinstance(each, Mapping) for each in value)
        if not fits or not least <= len(value) <= most:
            raise self._wrong(key, f"{least} to {most} tables", value)
        place = "" if self.name == "the lesson" else f" of {self.name}"
        return [Section(f"{name} {number}{place}", each) for number, each in enumerate(value, start=1)]

    def finish(self) -> None:
        """Refuse keys that nobody has asked for.

        Raises:
            LessonError: for the first one.
        """
        for key in self._values:
            if key not in self._asked:
                remedy = f"use {', '.join(dict.fromkeys(self._asked))}"
                raise LessonError(f"In {self.name} there is a key that is not known", _quoted(key), remedy)

    def _needed(self, key: str) -> Any:
        if not self.has(key):
            raise LessonError(f"In {self.name} the key {key!r} is missing", None, "add it")
        return self._values[key]

    def _wrong(self, key: str, wanted: str, value: object) -> LessonError:
        return LessonError(f"In {self.name} the key {key!r} must be {wanted}", _quoted(value))

    def _written(self, name: str, value: object) -> str:
        if isinstance(value, list) and all(isinstance(each, str) or _is_number(each) for each in value):
            return ",".join(str(each) for each in value)
        if isinstance(value, str) or _is_number(value):
            return str(value)
        raise self._wrong(f"settings.{name}", "a text, a number or a list of them", value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
