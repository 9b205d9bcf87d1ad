"""The options of a metric in the settings: some have a field of their own, all others are kept by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from east.options import Kind, Option
from pages.shared import gains, links, state
from pages.shared.settings import DEFAULTS, Settings
from pages.shared.state import Bound

if TYPE_CHECKING:
    from east.metrics import MetricSpec

ONE_CLASS = "class"
"""The choice of an average that is about one class alone."""
NONE = "none"
"""What leaves a choice empty."""
OWN_FIELDS: Mapping[tuple[str, Kind], str] = {
    ("beta", "number"): "beta",
    ("average", "choice"): "average",
    ("class", "class"): "one_class",
    ("weights", "choice"): "weights",
}
"""The settings that hold an option, by its name in links and its kind."""


def given(settings: Settings, name: str, option: Option) -> object:
    """Return what is set for an option, a class by its name; None leaves it to the metric."""
    field = _field(name, option)
    if field is not None:
        return getattr(settings, field)
    text = dict(settings.more).get(_link(name, option))
    if text is None or option.kind == "class":
        return text
    try:
        return option.read(text)
    except ValueError:
        return text  # no value of this option, and refused as such


def known(name: str, option: Option, allows: Callable[[object], bool], default: object) -> object:
    """Return what is set for an option; what it does not allow is dropped with a note, for the default."""
    value = given(state.get(), name, option)
    if value is None:
        return default
    if allows(value):
        return value
    links.note_unknown(option.label, value)
    field = _field(name, option)
    if field is not None:
        state.put(**{field: getattr(DEFAULTS, field)})
    else:
        state.put_entry("more", _link(name, option), None)
    return default


def bind(name: str, option: Option, value: object) -> Bound:
    """Tie a widget to an option; `value` is its present value."""
    field = _field(name, option)
    return state.bind(field, value) if field else state.bind_named("more", _link(name, option), value)


def about_one_class(spec: MetricSpec, settings: Settings) -> bool:
    """Return whether a metric's class matters: always, unless it has averages and one over all is chosen."""
    averages = [(name, option) for name, option in spec.options.items() if ONE_CLASS in option.choices]
    return all(given(settings, name, option) == ONE_CLASS for name, option in averages)


def may_be_empty(spec: MetricSpec, option: Option) -> bool:
    """Return whether a metric's class can be left open where it matters."""
    return bool(option.empty) and not any(ONE_CLASS in other.choices for other in spec.options.values())


def chosen(spec: MetricSpec, settings: Settings, classes: tuple[str, ...]) -> dict[str, object]:
    """Return the options that a metric is built with; the name of a class becomes its position."""
    found: dict[str, object] = {}
    for name, option in spec.options.items():
        value = given(settings, name, option)
        if option.kind == "matrix":
            value = gains.matrix(settings, len(classes))
        elif option.kind == "class":
            value = _place(spec, option, value, classes) if about_one_class(spec, settings) else None
        elif option.kind == "choice" and option.empty and value == NONE:
            value = None
        found[name] = value
    return found


def _place(spec: MetricSpec, option: Option, name: object, classes: tuple[str, ...]) -> int | None:
    """Return a class's position; of one that is not there the first class's, or None where that may be."""
    if isinstance(name, str) and name in classes:
        return classes.index(name)
    return None if may_be_empty(spec, option) else 0


def _field(name: str, option: Option) -> str | None:
    return OWN_FIELDS.get((_link(name, option), option.kind))


def _link(name: str, option: Option) -> str:
    return option.link or name
