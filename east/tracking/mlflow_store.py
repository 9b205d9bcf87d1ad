"""A run's numbers in an MLflow store: a folder, or a tracking server."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from east.tracking.tracker import Tracker

EXPERIMENT = "east"
LONGEST_SETTING = 500


class MLflowTracker(Tracker):
    """Writes one run of the experiment "east".

    The destination is MLflow's tracking address: `file:DIR`, `http://...`, or `sqlite:///FILE` where all of MLflow
    is installed and not only mlflow-skinny.
    """

    def __init__(self, title: str, destination: str) -> None:
        super().__init__(title, destination)
        # Read when MLflow is imported: it would report its use to its makers, and nothing may leave the machine.
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        # MLflow asks for this before it writes to a folder, the one local store that needs no database.
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
        from mlflow.tracking import MlflowClient

        self._client = MlflowClient(tracking_uri=destination)
        found = self._client.get_experiment_by_name(EXPERIMENT)
        self._experiment = found.experiment_id if found else self._client.create_experiment(EXPERIMENT)
        self._run = ""

    def open(self, settings: Mapping[str, str]) -> None:
        """Begin the run, with the settings as its parameters."""
        from mlflow.entities import Param

        self._run = self._client.create_run(self._experiment, run_name=self.title).info.run_id
        parameters = [Param(name, value[:LONGEST_SETTING]) for name, value in settings.items()]
        self._client.log_batch(self._run, params=parameters)

    def write(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write the numbers as metrics; MLflow's names may not hold a plus sign, so a rule follows a blank."""
        from mlflow.entities import Metric

        now = int(1000 * time.time())
        metrics = [Metric(name.replace("+", " "), value, now, step) for name, value in numbers.items()]
        self._client.log_batch(self._run, metrics=metrics)

    def close(self, status: str) -> None:
        """End the run."""
        ends = {"finished": "FINISHED", "stopped": "KILLED"}
        self._client.set_terminated(self._run, ends.get(status, "FAILED"))
