"""Tracking: a run's numbers written where other tools read them, TensorBoard's event files or an MLflow store."""

from east.tracking.tracker import Tracker
from east.tracking.trackers import TRACKERS, TrackerSpec, make_tracker

__all__ = ["TRACKERS", "Tracker", "TrackerSpec", "make_tracker"]
