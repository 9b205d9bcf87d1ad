"""The options of a metric in the settings: some have a field of their own, all others are kept by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    _put(name, option, None)
    return default


def choose_class(
    spec: MetricSpec, name: str, option: Option, classes: Sequence[str], counts: Sequence[int]
) -> str:
    """Set the class that a metric is about: the rarest, or the first where the session's link left it open.

    A link without a class has always meant the first one. The choice is set, so that links made from now on name it.

    Args:
        spec: the metric.
        name: of the option.
        option: that takes the class.
        classes: names of the classes, at least one.
        counts: rows of each.
    """
    began = links.BEGAN.take()
    left_open = (
        began is not None
        and (began.metric, began.average) == (state.get().metric, state.get().average)
        and about_one_class(spec, began)
        and given(began, name, option) is None
    )
    chosen_name = classes[0 if left_open else rarest(counts)]
    _put(name, option, chosen_name)
    return chosen_name


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


def chosen(
    spec: MetricSpec, settings: Settings, classes: Sequence[str], counts: Sequence[int]
) -> dict[str, object]:
    """Return the options that a metric is built with; the name of a class becomes its position.

    Args:
        spec: the metric.
        settings: that say its options.
        classes: names of the classes.
        counts: rows of each.
    """
    found: dict[str, object] = {}
    for name, option in spec.options.items():
        value = given(settings, name, option)
        if option.kind == "matrix":
            value = gains.matrix(settings, len(classes))
        elif option.kind == "class":
            matters = about_one_class(spec, settings)
            value = _place(spec, option, value, classes, counts) if matters else None
        elif option.kind == "choice" and option.empty and value == NONE:
            value = None
        found[name] = value
    return found


def _place(
    spec: MetricSpec, option: Option, name: object, classes: Sequence[str], counts: Sequence[int]
) -> int | None:
    """Return a class's position as `choose_class` chooses it where it is left open or not there; None if it may be."""
    if isinstance(name, str) and name in classes:
        return classes.index(name)
    if may_be_empty(spec, option):
        return None
    return 0 if name is None else rarest(counts)


def rarest(counts: Sequence[int]) -> int:
    """Return the position of the class with the fewest rows, the first of several."""
    return min(range(len(counts)), key=counts.__getitem__)


def _put(name: str, option: Option, value: str | None) -> None:
    """Set an option; None leaves it to the metric."""
    field = _field(name, option)
    if field is None:
        state.put_entry("more", _link(name, option), value)
    else:
        state.put(**{field: getattr(DEFAULTS, field) if value is None else value})


def _field(name: str, option: Option) -> str | None:
    return OWN_FIELDS.get((_link(name, option), option.kind))


def _link(name: str, option: Option) -> str:
    return option.link or name
