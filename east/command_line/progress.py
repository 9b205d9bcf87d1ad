"""Progress on standard error: a bar on a terminal, lines in a log, nothing with `--quiet`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from east.command_line.output import warn
from east.plain_text import visible

if TYPE_CHECKING:
    from tqdm import tqdm

BAR = "{percentage:3.0f}% |{bar:24}| "
TIMES = " [{elapsed}<{remaining}{postfix}]"


class Progress:
    """Tells nobody how far a piece of work has come; the classes below tell a log and a terminal.

    Args:
        total: the steps of all the work.
        words: how to say that some are done, such as "step {done}/{total}".
    """

    def __init__(self, total: int, words: str) -> None:
        self._total, self._words = total, words

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def say(self, sentences: Iterable[str]) -> None:
        """Tell sentences that stay."""

    def begin(self, done: int = 0) -> None:
        """Tell that the work begins, with so many steps done before."""

    def at(self, done: int, note: str = "", warning: str = "") -> None:
        """Tell that so many steps are done, what they came to, and what went wrong."""

    def close(self) -> None:
        """Leave the last state to be read."""


class Lines(Progress):
    """Prints a line each time another share of the work is done.

    Args:
        total, words: as for `Progress`.
        shares: parts that the work is divided into, each of which gets a line.
    """

    def __init__(self, total: int, words: str, shares: int) -> None:
        super().__init__(total, words)
        self._shares, self._told = shares, -1

    def say(self, sentences: Iterable[str]) -> None:
        """Print each sentence."""
        for sentence in sentences:
            warn(sentence)

    def at(self, done: int, note: str = "", warning: str = "") -> None:
        """Print a line where one is due."""
        share = self._shares * done // self._total
        if share > self._told:
            self._told = share
            said = ": ".join(filter(None, (self._words.format(done=done, total=self._total), note)))
            self.say(["; ".join(filter(None, (said, warning)))])


class Bar(Progress):
    """Draws a bar, again and again in the same line."""

    def __init__(self, total: int, words: str) -> None:
        super().__init__(total, words)
        self._bar: tqdm[None] | None = None
        self._warned = ""

    def say(self, sentences: Iterable[str]) -> None:
        """Print each sentence above the bar."""
        from tqdm import tqdm

        for sentence in sentences:
            tqdm.write(visible(sentence), file=sys.stderr)

    def begin(self, done: int = 0) -> None:
        """Draw the bar for the first time."""
        self._begun(done)

    def at(self, done: int, note: str = "", warning: str = "") -> None:
        """Draw the bar as it is now, its note cut where the terminal ends; a new warning is said above it."""
        bar = self._begun(done)
        if warning and warning != self._warned:
            self._warned = warning
            self.say([warning])
        bar.n = done
        bar.set_postfix_str(note)

    def close(self) -> None:
        """Leave the bar as it stands, and go to the next line."""
        if self._bar is not None:
            self._bar.close()

    def _begun(self, done: int) -> tqdm[None]:
        from tqdm import tqdm

        if self._bar is None:
            counts = self._words.format(done="{n_fmt}", total="{total_fmt}")
            self._bar = tqdm(
                total=self._total,
                initial=done,
                bar_format=BAR + counts + TIMES,
                file=sys.stderr,
                dynamic_ncols=True,
            )
        return self._bar


def progress(options: argparse.Namespace, total: int, words: str, shares: int) -> Progress:
    """Make what fits the options and standard error: nothing, a bar or lines.

    Args:
        options: with `quiet`.
        total, words, shares: as for `Progress` and `Lines`.
    """
    if options.quiet:
        return Progress(total, words)
    # A dumb terminal cannot go back to the beginning of a line.
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return Bar(total, words)
    return Lines(total, words, shares)
