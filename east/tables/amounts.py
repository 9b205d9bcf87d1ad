"""Numbers written for people: grouped thousands, currencies, percent, accounting brackets, units."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_SIGNS = "\u2212\u2013-"  # the hyphen last, so that it makes no range in a character class
_BLANKS = " '\u2019\u00a0\u202f\u2009"
_SYMBOLS = "$€£¥₹₽₩₺₴₫฿₪₦"
_CODES = (
    "USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|KRW|TRY|RUB|ILS|kr|zł|Fr"
)
_AMOUNT = re.compile(
    rf"\s*(?P<open>\()?\s*(?P<sign>[+{_SIGNS}])?\s*(?P<before>[{_SYMBOLS}]|(?:{_CODES})\.?(?=[\s\d+{_SIGNS}]))?"
    rf"\s*(?P<inner>[+{_SIGNS}])?\s*(?P<digits>\d(?:[\d.,{_BLANKS}]*[\d.,])?|[.,]\d+)(?P<power>[eE][+-]?\d+)?"
    rf"[\s{_BLANKS}]*(?P<after>[%‰{_SYMBOLS}]|[^\W\d_]+[23²³]?(?:[/·*^.][^\W_]+)*\.?|[µ°][^\W\d_]*(?:/[^\W_]+)*|\"|″)?"
    rf"\s*(?P<close>\))?(?P<last>[{_SIGNS}])?\s*",
)
_BLANK = re.compile(f"[{_BLANKS}]")
_GROUPS = rf"\d{{1,3}}(?:[{_BLANKS}]\d{{3}})+"
_POINT = re.compile(
    rf"(?:{_GROUPS}|\d{{1,3}}(?:,\d{{3}})+|\d{{1,2}}(?:,\d{{2}})+,\d{{3}}|\d+)(?:\.\d*)?|\.\d+"
)
_COMMA = re.compile(rf"(?:{_GROUPS}|\d{{1,3}}(?:\.\d{{3}})+|\d+)(?:,\d*)?|,\d+")
_GROUPED = re.compile(rf"[.,{_BLANKS}]\d{{3}}(?!\d)")
_ONE_GROUP = re.compile(r"\d{1,3}[.,]\d{3}")
PLACEHOLDERS = ("-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "n.a.", "N.A.", "k.A.", "k. A.")
"""What stands in a column of numbers where there is no number."""
MOST_UNIT_CLASSES = 10
_FEW = 3
_LONGEST = 40
_SAMPLE = 500


@dataclass(frozen=True)
class Amounts:
    """The numbers of a column that was written for people.

    Args:
        values: of each text; None for a placeholder.
        why: what they are ("grouped thousands"), to follow "its cells are".
        question: whether another reading is as likely, and which: "thousands", "units" or None.
        example: one text, to ask with.
        mark: the mark that the question "thousands" is about.
    """

    values: dict[str, float | None]
    why: str
    question: str | None = None
    example: str = ""
    mark: str = ""


class _Parts(NamedTuple):
    text: str
    negative: bool
    before: str
    digits: str
    power: str
    after: str


def looks_like_amount(text: str) -> bool:
    """Whether a text is a number, plain or written for people."""
    return _parts(text) is not None


def amounts(
    texts: Sequence[str], decimal: str, thousands: str | None, units: bool | None, missing: Sequence[str]
) -> Amounts | None:
    """Read the distinct texts of a column as numbers, if all of them are.

    Args:
        texts: distinct, none of them empty.
        decimal: the file's decimal mark.
        thousands: the mark between groups of three digits if the user has decided it; "" for none.
        units: whether numbers with a unit are numbers if the user has decided it.
        missing: the words that count as missing.

    Returns:
        None when they are no numbers, or not of one kind.
    """
    some = [*texts[:50], *texts[-50:], *texts[:: max(len(texts) // _SAMPLE, 1)]]
    nothing = {word.casefold() for word in (*PLACEHOLDERS, *missing)}
    if not _all_parts(some, nothing):
        return None
    empty = [text for text in texts if text.strip().casefold() in nothing]
    parts = _all_parts(texts, nothing)
    if not parts:
        return None
    affix = _affix(parts)
    mark, question = _decimal_mark([part.digits for part in parts], decimal, thousands)
    if affix is None or mark is None:
        return None
    if affix[0] == "unit" and units is not True:
        if units is False or len(parts) <= MOST_UNIT_CLASSES:
            return Amounts({}, affix[1], "units" if units is None else None, parts[0].text)
        question = None
    values = {part.text: _value(part, mark) for part in parts}
    example = next((part.digits for part in parts if _ONE_GROUP.fullmatch(part.digits)), "")
    return Amounts({**values, **dict.fromkeys(empty)}, _why(parts, affix), question, example, mark)


def _all_parts(texts: Sequence[str], nothing: Container[str]) -> list[_Parts]:
    """Take the texts apart; none of them when one is no number, or is a code such as 007."""
    found: list[_Parts] = []
    for text in texts:
        parts = _parts(text)
        if parts is not None and not _is_code(parts.digits):
            found.append(parts)
        elif text.strip().casefold() not in nothing:
            return []
    return found


def _parts(text: str) -> _Parts | None:
    if text.isdigit() and text.isascii():
        return _Parts(text, False, "", text, "", "")
    match = _AMOUNT.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [sign for sign in (match["sign"], match["inner"], match["last"]) if sign]
    if len(signs) + bool(match["open"]) > 1:
        return None
    negative = bool(match["open"]) or any(sign in _SIGNS for sign in signs)
    return _Parts(
        text, negative, match["before"] or "", match["digits"], match["power"] or "", match["after"] or ""
    )


def _is_code(digits: str) -> bool:
    """Whether digits start with a zero that no number has, as in 007 or 030 123."""
    return len(digits) > 1 and digits[0] == "0" and digits[1] not in ".,"


def _affix(parts: Sequence[_Parts]) -> tuple[str, str] | None:
    """Return what stands beside all numbers, as (kind, sign): one currency, percent, one unit, or nothing."""
    found = {(part.before + part.after).rstrip(".") for part in parts}
    bare = "" in found
    found.discard("")
    if len(found) > 1:
        return None
    if not found:
        return "none", ""
    sign = found.pop()
    currency = any(part.before for part in parts) or sign in _SYMBOLS or bool(re.fullmatch(_CODES, sign))
    if currency:
        return "currency", sign
    return None if bare else ("percent" if sign in "%‰" else "unit", sign)


def _decimal_mark(
    digits: Sequence[str], decimal: str, thousands: str | None
) -> tuple[str | None, str | None]:
    """Return the decimal mark that all numbers agree with, and whether it is a question."""
    point = all(_POINT.fullmatch(text) for text in digits)
    comma = all(_COMMA.fullmatch(text) for text in digits)
    if thousands in (",", "."):
        wanted = "." if thousands == "," else ","
        return (wanted if (point if wanted == "." else comma) else None), None
    if not point or not comma:
        return ("." if point else "," if comma else None), None
    marked = [text for text in digits if "." in text or "," in text]
    marks = {mark for text in marked for mark in ".," if mark in text}
    if len(marks) != 1 or thousands == "":
        return decimal, None
    mark = marks.pop()
    other = "," if mark == "." else "."
    plain = [text for text in digits if text.isdigit()]
    if any(text[0] in "0.," for text in marked) or any(len(text) > 3 for text in plain):
        return mark, None
    if mark != decimal or (plain and len(marked) >= _FEW):
        return other, None
    return mark, "thousands"


def _value(part: _Parts, mark: str) -> float:
    bare = _BLANK.sub("", part.digits)
    bare = bare.replace(",", "") if mark == "." else bare.replace(".", "").replace(",", ".")
    number = float(bare + part.power)
    return -number if part.negative else number


def _why(parts: Sequence[_Parts], affix: tuple[str, str]) -> str:
    grouped = any(_GROUPED.search(part.digits) for part in parts)
    kinds = {
        "none": "numbers with grouped thousands" if grouped else "numbers written as text",
        "currency": f"amounts of money ({affix[1]})",
        "percent": f"numbers with {affix[1]}, as written: 5 {affix[1]} is 5",
        "unit": f"numbers with the unit {affix[1]!r}",
    }
    return kinds[affix[0]]
