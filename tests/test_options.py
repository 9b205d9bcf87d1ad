"""Options: what is allowed, read and said of a setting, each in agreement with the others."""

from __future__ import annotations

import dataclasses
import inspect
import math
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from east.command_line.parser import parser
from east.errors import SettingError
from east.estimator import EASTClassifier
from east.metrics import METRICS
from east.options import Option, options_of, setting
from east.training import OPTIONS, TrainConfig
from tests.moments import F1

RACE = {"metric", "losses", "seeds", "rules", "arms"}
ALL = {**OPTIONS, **{f"{key} {name}": o for key, spec in METRICS.items() for name, o in spec.options.items()}}
ranges = st.tuples(st.integers(-5, 5), st.integers(6, 12), st.sets(st.sampled_from(["least", "most"])))


def accepts(option: Option, value: object) -> bool:
    try:
        option.check("it", value)
    except SettingError:
        return False
    return True


@given(ranges, st.floats(-8, 15) | st.integers(-8, 15))
def test_a_number_is_allowed_exactly_within_its_range(
    ends: tuple[int, int, set[Any]], value: float | int
) -> None:
    least, most, open_ends = ends
    option = Option("it", least=least, most=most, open_ends=tuple(open_ends))
    above = value > least if "least" in open_ends else value >= least
    below = value < most if "most" in open_ends else value <= most
    assert accepts(option, value) == (above and below)
    whole = dataclasses.replace(option, kind="whole")
    assert accepts(whole, value) == (above and below and isinstance(value, int))


@given(ranges, st.floats(-8, 15) | st.integers(-8, 15))
def test_a_text_is_read_as_the_value_it_says_or_refused_with_it(
    ends: tuple[int, int, set[Any]], value: float | int
) -> None:
    option = Option("it", least=ends[0], most=ends[1], open_ends=tuple(ends[2]))
    for one in (option, dataclasses.replace(option, kind="whole")):
        if accepts(one, value):
            assert one.read(str(value)) == value
        else:
            with pytest.raises(ValueError, match=one.range_text()):
                one.read(str(value))


@pytest.mark.parametrize("value", [math.nan, True, "1", None, [1], 1j])
def test_what_is_no_number_is_refused(value: object) -> None:
    assert not accepts(Option("it"), value) and not accepts(Option("it", kind="whole"), value)


@pytest.mark.parametrize("text", ["", "one", "1.5", "1,5", "nan", "inf"])
def test_a_text_that_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a whole number from 1 up"):
        Option("it", kind="whole", least=1).read(text)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        (Option("it"), "a number"),
        (Option("it", kind="whole", least=2), "a whole number from 2 up"),
        (Option("it", least=0, open_ends=("least",)), "a number above 0"),
        (Option("it", least=0, most=1), "a number from 0 up to 1"),
        (Option("it", least=0, most=1, open_ends=("most",)), "a number from 0 below 1"),
        (Option("it", least=0, most=1, open_ends=("least", "most")), "a number above 0 below 1"),
        (Option("it", kind="choice", choices={"a": "A", "b": "B"}), "one of a, b"),
        (Option("it", kind="matrix"), "K rows of K numbers"),
    ],
)
def test_a_range_is_said_in_words(option: Option, text: str) -> None:
    assert option.range_text() == text


def test_a_refusal_says_what_was_given_and_what_works() -> None:
    with pytest.raises(SettingError, match=r"^it must be a number above 0: got -1; use for example 0\.5\.$"):
        Option("it", least=0, open_ends=("least",), example="0.5").check("it", -1)
    with pytest.raises(SettingError, match=r"^it must be one of a: got 'b'\.$"):
        Option("it", kind="choice", choices={"a": "A"}).check("it", "b")


def test_only_an_option_that_may_be_empty_takes_none_and_only_one_of_many_a_tuple() -> None:
    assert accepts(Option("it", empty="all"), None) and not accepts(Option("it"), None)
    several = Option("it", kind="whole", least=1, many=True)
    assert accepts(several, (1, 2)) and accepts(several, ()) and not accepts(several, (1, 0))
    assert not accepts(Option("it", kind="whole"), (1, 2))


def test_fields_declare_their_options() -> None:
    option = Option("it")

    @dataclasses.dataclass(frozen=True)
    class Made:
        plain: int = 0
        declared: float = setting(0.5, option)

    assert options_of(Made) == {"declared": option} and Made().declared == 0.5


# The options that there are


def test_every_setting_of_a_training_has_an_option() -> None:
    assert set(OPTIONS) == {field.name for field in dataclasses.fields(TrainConfig)} - RACE


@pytest.mark.parametrize("name", ALL)
def test_an_option_has_words_and_a_range_that_its_widget_keeps_to(name: str) -> None:
    option = ALL[name]
    assert option.label.strip() and option.help.endswith(".")
    assert bool(option.choices) == (option.kind == "choice")
    if option.shown is not None:
        least, most, step = option.shown
        assert option.least <= least < most <= option.most and step > 0
    for end, value in (("least", option.least), ("most", option.most)):
        if end in option.open_ends:
            assert math.isfinite(value)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_setting_keeps_its_range_and_its_default_works(name: str) -> None:
    option = OPTIONS[name]
    default = getattr(TrainConfig(F1), name)
    assert accepts(option, default) and (default is not None or option.empty)
    step = 1 if option.kind == "whole" else 1e-6
    wrong: list[Any] = ["nonsense"] if option.kind == "choice" else []
    if math.isfinite(option.least):
        wrong.append(option.least if "least" in option.open_ends else option.least - step)
    if math.isfinite(option.most):
        wrong.append(option.most if "most" in option.open_ends else option.most + step)
    assert wrong or option.kind == "text"
    for value in wrong:
        with pytest.raises(SettingError, match=f"^{name} must be "):
            TrainConfig(F1, **cast(Any, {name: (value,) if option.many else value}))


@pytest.mark.parametrize("name", OPTIONS)
def test_a_setting_is_an_option_of_the_command_line_under_its_own_name(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    option, flag = OPTIONS[name], f"--{OPTIONS[name].flag or name.replace('_', '-')}"
    value: Any = {"whole": 3, "number": 0.25, "choice": next(iter(option.choices), ""), "text": "cpu"}[
        option.kind
    ]
    read = getattr(parser("train").parse_args(["train", "FILE", flag, str(value)]), name)
    assert read == ([value] if option.many else value)
    with pytest.raises(SystemExit):
        parser("train").parse_args(["train", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    default = getattr(TrainConfig(F1), name)
    usual = " ".join(map(str, default)) if isinstance(default, tuple) else default
    assert f"{option.help.rstrip('.')} ({option.empty if default is None else usual})" in shown


def test_names_in_links_and_on_the_command_line_are_unique() -> None:
    for names in (
        [option.link or name for name, option in OPTIONS.items()],
        [option.flag or name for name, option in OPTIONS.items()],
    ):
        assert len(set(names)) == len(names)


def test_the_estimators_defaults_are_those_of_the_training() -> None:
    given = {name: one.default for name, one in inspect.signature(EASTClassifier).parameters.items()}
    own = {field.name: field.default for field in dataclasses.fields(TrainConfig)}
    shared = set(given) & set(OPTIONS)
    assert {name: given[name] for name in shared} == {name: own[name] for name in shared}
    assert set(OPTIONS) - shared == {"clip", "evaluations", "precision"}, "settings of a race, not of a model"
