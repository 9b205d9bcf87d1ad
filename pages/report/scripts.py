"""The code: a command and a script that do the run again, and the loss in a loop of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from east.errors import EastError, SettingError
from pages.report.taken import Taken
from pages.shared.problems import TEST_SEED
from pages.shared.words import literal

if TYPE_CHECKING:
    from east.export import MadeRows

LINES = 12


def section(taken: Taken) -> None:
    """Draw the tabs."""
    from east.export import torch_loop

    st.subheader("The code", anchor=False)
    st.caption(literal(_where(taken)))
    python, line, loop = st.tabs(["Show as Python", "Show as command", "EASTLoss in your own loop"])
    with python:
        st.code(script(taken), language="python", wrap_lines=True)
    with line:
        try:
            st.code(command(taken), language="bash", wrap_lines=True)
        except EastError as error:
            st.info(literal(error), icon=":material/info:")
    with loop:
        st.markdown(
            "`network`, `optimiser`, `batches` (pairs of inputs and class codes), `class_counts` (training rows "
            "of each class) and `epochs` are yours."
        )
        st.code(torch_loop(taken.outcome.metric), language="python", wrap_lines=True)


def script(taken: Taken) -> str:
    """Write the script that does the run again."""
    from east.export import script_for

    source = _made(taken) or _file(taken)
    return script_for(taken.outcome.config, taken.dataset.choices, source, reading=taken.reading)


def command(taken: Taken) -> str:
    """Write the command that does the run again.

    Raises:
        SettingError: where only a script can.
    """
    from east.export import command_for

    if taken.kept.problem is not None:
        raise SettingError("The command line trains on files", "a made problem", "take the Python script")
    return command_for(
        taken.outcome.config,
        taken.dataset.choices,
        _file(taken),
        classes=taken.outcome.classes,
        reading=taken.reading,
    )


def _where(taken: Taken) -> str:
    """Say where to run the code, what it needs, and whether it comes to the same numbers."""
    name, machine = taken.kept.table.name, taken.run.machine
    place = "Run it in the app's folder"
    if taken.kept.problem is None and not taken.sample:
        place += f", with your file {name} in it"
    if machine is not None and taken.run.state.status == "stopped":
        steps = f"{taken.outcome.steps:,} of {machine.total_steps:,} steps"
        return (
            f"{place}. This run was stopped after {steps}; the code trains to the end, so its numbers differ."
        )
    return f"{place}: the same machine gives the same numbers to the last digit."


def _file(taken: Taken) -> str:
    return f"sample_data/{taken.kept.table.name}" if taken.sample else taken.kept.table.name


def _made(taken: Taken) -> MadeRows | None:
    """Return where the rows of a made problem come from; None for a table from a file."""
    from east.export import MadeRows

    problem, test = taken.kept.problem, taken.dataset.test_table
    if problem is None or test is None:
        return None
    rows, seed = taken.kept.table.num_rows, taken.dataset.choices.seed
    return MadeRows(problem.settings, rows, seed, test.num_rows, TEST_SEED)
