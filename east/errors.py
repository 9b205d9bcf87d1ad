"""What bad input is answered with: one sentence that says what, what was got and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class EastError(ValueError):
    """Every error of bad input; its text is one sentence fit for a page or a terminal.

    Args:
        what: what is wrong, without a final stop ("The target column is not in the table").
        got: what was found instead, if that helps ("'labl'").
        remedy: what the user can do ("choose one of: a, b, label").
        choices: names to choose from, where a page can offer them.
    """

    def __init__(
        self, what: str, got: object = None, remedy: str | None = None, choices: tuple[str, ...] = ()
    ) -> None:
        self.what, self.got, self.remedy, self.choices = what, got, remedy, choices
        sentence = what if got is None else f"{what}: got {got}"
        super().__init__(f"{sentence}; {remedy}." if remedy else f"{sentence}.")

    def __reduce__(self) -> tuple[type[EastError], tuple[str, object, str | None, tuple[str, ...]]]:
        """Travel between processes whole (tables are parsed in a helper process)."""
        return type(self), (self.what, self.got, self.remedy, self.choices)


class TableError(EastError):
    """A file that cannot be read as one table."""


class DatasetError(EastError):
    """A table that cannot be split, encoded or learned from as asked."""


class SettingError(EastError):
    """A metric, loss or training setting that does not exist or cannot work."""


class ParallelError(EastError):
    """A computation over several processes of which one is gone."""


class LessonError(EastError):
    """A lesson file that cannot be understood, or a text in it that names a value there is not."""


def no_such(kind: str, got: object, choices: Iterable[str], aliases: Iterable[str] = ()) -> SettingError:
    """Make the error for a name that does not exist, with the most similar one that does.

    Args:
        kind: of what there is none of this name ("metric").
        got: the name.
        choices: the names that exist.
        aliases: names that are understood too, but too many to list.
    """
    names = tuple(choices)
    similar = get_close_matches(str(got), (*names, *aliases), n=1)
    hint = f" (did you mean {similar[0]!r}?)" if similar else ""
    remedy = f"choose one of {', '.join(names)}" if names else "it takes none; leave it out"
    return SettingError(f"There is no such {kind}", f"{got!r}{hint}", remedy, names)


def listed(texts: Iterable[str], most: int = 5) -> str:
    """Write texts one after the other, of many the first few."""
    every = list(texts)
    return ", ".join(every[:most]) + (" ..." if len(every) > most else "")


def not_installed(what: str, package: str) -> SettingError:
    """Make the error for something that needs a package that is not there.

    Args:
        what: needs it ("An ONNX file").
        package: its name for pip.
    """
    remedy = f"install it with: pip install {package}"
    return SettingError(f"{what} needs a package that is not installed", None, remedy)


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out; torch has a type of its own for that only on a device."""
    signs = ("out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory")
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in signs)
