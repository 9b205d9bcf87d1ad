"""A training in the background: start, pause, resume, one step, stop, pace and replay."""

from east.run.facts import PACES, Command, Frame, Machine, Pace, Status
from east.run.history import History
from east.run.registry import Registry
from east.run.runner import Run

__all__ = ["PACES", "Command", "Frame", "History", "Machine", "Pace", "Registry", "Run", "Status"]
