"""Kept runs: what the page shows as kept survives anything but the disk.

A run's settings, split, moments, weights and predictions lie in a file of its own; never the cells of its table.
"""

from east.kept.about import changed_losses
from east.kept.exporting import export_run, export_zip
from east.kept.home import (
    MOST_GB,
    KeepSettings,
    choose,
    home,
    keep_settings,
    login_required,
    shared,
    switched_off,
)
from east.kept.keeper import RunKeeper
from east.kept.opening import OpenedRun, before, open_run, resumed
from east.kept.origin import Origin, file_origin
from east.kept.problems import KeptError
from east.kept.store import Entry, KeptRuns

__all__ = [
    "MOST_GB",
    "Entry",
    "KeepSettings",
    "KeptError",
    "KeptRuns",
    "OpenedRun",
    "Origin",
    "RunKeeper",
    "before",
    "changed_losses",
    "choose",
    "export_run",
    "export_zip",
    "file_origin",
    "home",
    "keep_settings",
    "login_required",
    "open_run",
    "resumed",
    "shared",
    "switched_off",
]
