"""A training in the background: start, pause, resume, take one step, stop, set the pace, replay."""

from east.run.annealings import annealings
from east.run.background import Background
from east.run.commands import Command
from east.run.history import History
from east.run.keeping import Keeper, Keepers
from east.run.limits import Limits
from east.run.machine import Machine
from east.run.moments import last_quarter, nearest_place, thinned
from east.run.pace import PACES, Pace
from east.run.runner import Run
from east.run.state import RunState, Status
from east.run.store import RunStore

__all__ = [
    "PACES",
    "Background",
    "Command",
    "History",
    "Keeper",
    "Keepers",
    "Limits",
    "Machine",
    "Pace",
    "Run",
    "RunState",
    "RunStore",
    "Status",
    "annealings",
    "last_quarter",
    "nearest_place",
    "thinned",
]
