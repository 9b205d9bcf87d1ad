"""Columns of text: words for missing values, numbers written for people, and categories that look alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from east.errors import listed
from east.tables.amounts import Amounts, amounts
from east.tables.table import Notebook, ReadOptions, Remedy

MISSING: tuple[str, ...] = (
    "",
    "#N/A",
    "#N/A N/A",
    "#NA",
    "-NaN",
    "-nan",
    "<NA>",
    "N/A",
    "NA",
    "NULL",
    "NaN",
    "n/a",
    "nan",
    "null",
    "None",
    "?",
    "#NULL!",
    "#VALUE!",
    "#DIV/0!",
    "#REF!",
    "#NAME?",
    "#NUM!",
)
_MOST_NAMED = 5
_MOST_CATEGORIES = 5000


@dataclass
class TextRules:
    """How the texts of one table are read, and what was found in them.

    Args:
        options: what the user has decided.
        decimal: the file's decimal mark.
        words_missing: whether words such as "NA" count as missing in columns of text; json and typed files have a
            missing value of their own.
        typed: whether the file says that a column is text, so that plain digits in it are codes.
        ask_marks: whether 1.234 alone is worth a question: not in files that use the comma as delimiter.
    """

    options: ReadOptions = field(default_factory=ReadOptions)
    decimal: str = "."
    words_missing: bool = False
    typed: bool = True
    ask_marks: bool = True
    missing: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    word_columns: list[str] = field(default_factory=list)
    numbers: dict[str, list[str]] = field(default_factory=dict)
    questions: dict[str, list[tuple[str, Amounts]]] = field(default_factory=dict)

    @property
    def thousands(self) -> str | None:
        """The mark between groups of three digits, if the user has decided it or the decimal mark."""
        if self.options.thousands is not None or self.options.decimal is None:
            return self.options.thousands
        return "," if self.options.decimal == "." else "."

    def counts_as_missing(self, text: str) -> bool:
        """Whether a text is empty, or a word for a missing value beside values that are no text."""
        return text.strip() in (MISSING if self.words_missing else ("",))

    def read(self, column: pd.Series[Any], digits_are_codes: bool = True) -> pd.Series[Any]:
        """Turn a column of text into numbers where all of it is numbers; else mark its missing values.

        Args:
            column: of text.
            digits_are_codes: whether plain digits are codes where the file says that the column is text.
        """
        if not self.typed:
            column = column.mask(column.str.strip() == "")
        present = column.dropna()
        if present.empty:
            return column
        found = self._amounts(present, self.typed and digits_are_codes)
        if found is not None and found.values:
            values = column.map(found.values, na_action="ignore").astype(float)
            self._note_numbers(str(column.name), found)
            whole = values.notna().all() and bool((values == np.round(values)).all())
            return values.astype(np.int64) if whole and values.abs().max() < 2**53 else values
        if found is not None and found.question == "units":
            self.questions.setdefault("units", []).append((str(column.name), found))
        return self._words(column)

    def _amounts(self, present: pd.Series[Any], codes: bool) -> Amounts | None:
        texts = [str(text) for text in present.unique()]
        if codes and any(len(text) > 1 and text.isdigit() for text in texts[:1000]):
            return None
        return amounts(texts, self.decimal, self.thousands, self.options.units, MISSING)

    def _note_numbers(self, name: str, found: Amounts) -> None:
        if found.question is None:
            self.numbers.setdefault(found.why, []).append(name)
        self.missing |= {text.strip() for text, value in found.values.items() if value is None}
        if found.question is not None and self.ask_marks:
            self.questions.setdefault(found.question, []).append((name, found))

    def _words(self, column: pd.Series[Any]) -> pd.Series[Any]:
        if not self.words_missing:
            return column
        is_word = column.str.strip().isin(MISSING[1:])
        if not bool(is_word.any()):
            return column
        words = set(column[is_word].str.strip().unique())
        if self.options.keep_words:
            self.kept |= words
            return column
        self.missing |= words
        self.word_columns.append(str(column.name))
        return column.mask(is_word)

    def note(self, notebook: Notebook) -> None:
        """Write down what was found."""
        for why, columns in self.numbers.items():
            notebook.add("numbers", _names(columns), f"the cells are {why}")
        if self.missing:
            keep = (Remedy("Keep them as words", "keep_words", True),) if self.word_columns else ()
            where = f", also in the text of {_names(self.word_columns)}" if self.word_columns else ""
            why = f"cells that hold these count as missing{where}"
            notebook.add("missing", _names(sorted(self.missing)), why, remedies=keep)
        if self.kept:
            why = f"{_names(sorted(self.kept))} in columns of text are words, as you chose"
            remedy = Remedy("Count them as missing", "keep_words", False)
            notebook.add("keep_words", "yes", why, remedies=(remedy,))
        for question, found in self.questions.items():
            _ask(question, found, notebook)


def _ask(question: str, columns: Sequence[tuple[str, Amounts]], notebook: Notebook) -> None:
    found = columns[0][1]
    names = _names([name for name, _ in columns])
    if question == "units":
        why = f"numbers with a unit such as {found.example!r} in {names} may be categories: there are few different"
        notebook.add("units", "text", why, remedies=(Remedy("Read them as numbers", "units", True),))
        return
    grouped = found.example.replace(found.mark, "")
    decided = "decimal mark" if found.mark else "none"
    why = f"{found.example!r} in {names} could also mean {grouped}"
    remedies = (
        Remedy(f"Read it as {grouped}", "thousands", found.mark),
        Remedy(f"Keep {found.example}", "thousands", ""),
    )
    notebook.add("thousands", decided, why, remedies=remedies)


def _names(names: Sequence[str]) -> str:
    return listed(map(repr, names), _MOST_NAMED)


def alike_key(text: str) -> str:
    """Return a text without what the eye overlooks: spaces, case, Unicode form and invisible characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")
    return " ".join(visible.split())


def alike_groups(values: Sequence[Hashable]) -> list[list[str]]:
    """List the groups of different texts that look alike, each with at least two.

    Args:
        values: distinct; those that are no text are passed over.
    """
    groups: dict[str, list[str]] = {}
    for value in values:
        if isinstance(value, str):
            groups.setdefault(alike_key(value), []).append(value)
    return [group for group in groups.values() if len(group) > 1]


def join_alike(frame: pd.DataFrame, notebook: Notebook) -> pd.DataFrame:
    """Give texts that look alike one spelling, the commonest, in every column of categories."""
    joined: dict[str, pd.Series[Any]] = {}
    for name in frame.columns:
        column = frame[name]
        if not isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype):
            continue
        counts = column.value_counts()
        spelling = {
            old: max(group, key=lambda text: (counts[text], text == text.strip(), text)).strip()
            for group in (alike_groups(list(counts.index)) if len(counts) <= _MOST_CATEGORIES else ())
            for old in group
        }
        if spelling:
            joined[str(name)] = column.astype("str").replace(spelling)
    if joined:
        why = "texts that differ only in spaces, case or Unicode form got their commonest spelling, as you chose"
        remedy = Remedy("Keep them apart", "join_alike", False)
        notebook.add("join_alike", _names(list(joined)), why, remedies=(remedy,))
    return frame.assign(**joined)
