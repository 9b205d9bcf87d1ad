"""Exit statuses of the command line."""

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130
