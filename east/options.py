"""What can be set: its name for people, the values it takes, and what leaving it empty means.

Metrics and `TrainConfig` describe their options with these; the command line, the pages' widgets and the
links read them, so that a range or a help text stands in one place.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

from east.errors import SettingError

Kind = Literal["whole", "number", "choice", "class", "matrix", "text"]
Scalar = int | float | str
NO_CHOICES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Option:
    """One option of a metric or a training.

    Args:
        label: its name for people.
        help: one sentence for a command line or a tooltip.
        kind: a whole number, a number, one of `choices`, the position of a class, a matrix `[K, K]`, or any
            text.
        least: smallest value allowed.
        most: largest value allowed.
        open_ends: whether `least` ("least"), `most` ("most") or both are themselves not allowed.
        choices: value -> label, for a choice.
        many: whether it holds several values, as a tuple.
        empty: what leaving it empty (None) means; "" where it must have a value.
        shown: the range and the step of a widget, narrower than what is allowed.
        compared: values that are worth comparing with each other, the usual one first.
        flag: its name on the command line, where that differs from the field's.
        link: its name in links, where that differs from the field's.
        example: a value that works, for error messages.
    """

    label: str
    help: str = ""
    kind: Kind = "number"
    least: float = -math.inf
    most: float = math.inf
    open_ends: tuple[Literal["least", "most"], ...] = ()
    choices: Mapping[str, str] = field(default_factory=lambda: NO_CHOICES, hash=False)
    many: bool = False
    empty: str = ""
    shown: tuple[float, float, float] | None = None
    compared: tuple[float, ...] = ()
    flag: str = ""
    link: str = ""
    example: str = ""

    def check(self, name: str, value: object) -> None:
        """Refuse a value that cannot work.

        Args:
            name: the option's name in code, for the message.
            value: what was given; None is allowed where `empty` says what it means.

        Raises:
            SettingError: with the range or the choices.
        """
        if value is None and self.empty:
            return
        for one in value if self.many and isinstance(value, tuple) else (value,):
            if not self._allows(one):
                raise SettingError(f"{name} must be {self.range_text()}", repr(value), self._remedy())

    def read(self, text: str) -> Scalar:
        """Read one value from a command line or a link.

        Raises:
            ValueError: for a text that is no such value (the message says what is allowed).
        """
        try:
            value: Scalar = {"whole": int, "number": float}.get(self.kind, str)(text)
        except ValueError:
            raise ValueError(f"{text!r} is not {self.range_text()}") from None
        if not self._allows(value):
            raise ValueError(f"{text!r} is not {self.range_text()}")
        return value

    def range_text(self) -> str:
        """Say in words which values are allowed: "a whole number, 1 or more", "one of a, b"."""
        if self.kind == "choice":
            return f"one of {', '.join(self.choices)}"
        if self.kind in ("matrix", "text"):
            return "K rows of K numbers" if self.kind == "matrix" else "a word"
        noun = "a number" if self.kind == "number" else "a whole number"
        low = "above" if "least" in self.open_ends else "from"
        ends = [f"{low} {self.least:g}" if math.isfinite(self.least) else ""]
        if math.isfinite(self.most):
            ends.append(f"below {self.most:g}" if "most" in self.open_ends else f"up to {self.most:g}")
        elif math.isfinite(self.least) and low == "from":
            ends.append("up")
        return " ".join([noun, *filter(None, ends)])

    def _allows(self, value: object) -> bool:
        if self.kind == "choice":
            return isinstance(value, str) and value in self.choices
        if self.kind in ("matrix", "text"):
            return True  # whoever uses it says what is wrong with it
        wanted = numbers.Real if self.kind == "number" else numbers.Integral
        if isinstance(value, bool) or not isinstance(value, wanted):
            return False
        size = float(value)
        low = size > self.least if "least" in self.open_ends else size >= self.least
        high = size < self.most if "most" in self.open_ends else size <= self.most
        return low and high

    def _remedy(self) -> str | None:
        return f"use for example {self.example}" if self.example else None


def setting(default: Any, option: Option) -> Any:
    """Declare a field of a dataclass of settings, with all there is to say of it."""
    return field(default=default, metadata={"option": option})


def options_of(settings: type) -> Mapping[str, Option]:
    """List the options that a dataclass of settings declares with `setting`, by field name."""
    found = {each.name: each.metadata.get("option") for each in fields(settings)}
    return MappingProxyType({name: option for name, option in found.items() if option is not None})
