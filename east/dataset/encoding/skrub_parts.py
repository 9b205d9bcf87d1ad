"""The parts of skrub that are used here, imported without the plots of its reports.

Importing this takes half a second. skrub alone takes a second, half of it for the plots.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

PACKAGE, PLOTS = "matplotlib", "pyplot"
"""Skrub brings them along."""


class _Later(ModuleType):
    """Stands in for a module that is imported once something of it is used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def plots_later() -> Iterator[None]:
    """Give who imports matplotlib's plots here a stand-in for them; they work as ever when they are first used."""
    package = importlib.import_module(PACKAGE)
    if hasattr(package, PLOTS):
        yield
        return
    setattr(package, PLOTS, _Later(f"{PACKAGE}.{PLOTS}"))
    try:
        yield
    finally:
        if isinstance(getattr(package, PLOTS), _Later):
            delattr(package, PLOTS)


with plots_later():
    from skrub import SquashingScaler, StringEncoder, TableVectorizer, ToCategorical, tabular_pipeline

__all__ = ["SquashingScaler", "StringEncoder", "TableVectorizer", "ToCategorical", "tabular_pipeline"]
