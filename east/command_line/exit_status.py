"""Exit statuses of the command line."""

from collections.abc import Mapping

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130
OWN_MISTAKE = 1
"""What the interpreter itself answers where nobody catches an error."""
MEANINGS: Mapping[int, str] = {
    DONE: "done",
    OWN_MISTAKE: "a mistake in east itself, told by a traceback: please report it",
    BAD_INPUT: "bad input: one line on standard error says what, what was got and what to do",
    INTERRUPTED: "interrupted, or the reader of the output has left",
}
