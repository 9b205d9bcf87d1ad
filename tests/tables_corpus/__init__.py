"""Files of every kind, good, odd and hostile, made in memory, each with what reading it must give."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from east.errors import EastError
from east.tables import read_table
from tests.tables_corpus.binaries import archive_cases, columnar_cases, workbook_cases
from tests.tables_corpus.hostile import hostile_cases, not_table_cases
from tests.tables_corpus.making import Case
from tests.tables_corpus.texts import arff_cases, delimited_cases, odd_text_cases, record_cases


def all_cases() -> Iterator[Case]:
    """Every file of the corpus, one after the other, so that the large ones are not in memory together."""
    yield from delimited_cases()
    yield from odd_text_cases()
    yield from archive_cases()
    yield from columnar_cases()
    yield from workbook_cases()
    yield from record_cases()
    yield from arff_cases()
    yield from not_table_cases()
    yield from hostile_cases()


def outcome(case: Case) -> pd.DataFrame | str:
    """What reading a file of the corpus gives: the frame, or the error's sentence."""
    try:
        return read_table(case.data, case.name, case.options, case.limits).frame
    except EastError as error:
        return str(error)
