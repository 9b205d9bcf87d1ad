"""The table of trackers, and the one that a text such as `tensorboard:runs` asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from east.errors import SettingError, no_such, not_installed
from east.tracking.mlflow_store import MLflowTracker
from east.tracking.tensorboard_files import TensorBoardTracker
from east.tracking.tracker import Tracker


@dataclass(frozen=True)
class TrackerSpec:
    """A tracker: `make(title, destination)`, the destination's name in help, and the package that it needs."""

    make: Callable[[str, str], Tracker]
    destination: str
    package: str


TRACKERS: Mapping[str, TrackerSpec] = MappingProxyType(
    {
        "tensorboard": TrackerSpec(TensorBoardTracker, "DIR", "tensorboard"),
        "mlflow": TrackerSpec(MLflowTracker, "URI", "mlflow-skinny"),
    }
)


def make_tracker(text: str, title: str) -> Tracker:
    """Make the tracker that a text asks for.

    Args:
        text: `KEY:DESTINATION`, such as `tensorboard:runs` or `mlflow:sqlite:///runs.db`.
        title: of the run, for people.

    Raises:
        SettingError: for a text of another form, a tracker that does not exist or whose package is missing, or a
            destination that cannot be written to.
    """
    key, _, destination = text.partition(":")
    if key not in TRACKERS:
        raise no_such("tracker", key, TRACKERS)
    spec = TRACKERS[key]
    if not destination:
        remedy = f"give {key}:{spec.destination}"
        raise SettingError(f"The {key} tracker does not say where to write", repr(text), remedy)
    try:
        return spec.make(title, destination)
    except ImportError:
        raise not_installed(f"The {key} tracker", spec.package) from None
    except Exception as error:  # each tool has its own
        reason = f"{destination!r} ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
        raise SettingError(f"{key} cannot write there", reason, "name another place") from None
