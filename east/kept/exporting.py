"""A kept run as a folder of open formats, which `python -m east report` reads too."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from east.errors import SettingError
from east.kept.opening import OpenedRun

REPORT, PREDICTIONS = "report.html", "predictions.csv"


def export_run(opened: OpenedRun, folder: Path) -> None:
    """Write a run that has ended: settings, moments and predictions, and the report made of them.

    Raises:
        SettingError: for a run that never came to an end.
        EastError: when it cannot be written there.
    """
    from east.comparison import predictions_frame, race_from
    from east.export import RunRecord, html_report, write_run
    from east.export.files import write_whole
    from east.tables import neutralise_formulas

    outcome, profile, dataset = opened.outcome, opened.profile, opened.dataset
    if outcome is None or profile is None:
        raise SettingError(
            "Only a run that has ended can be exported", opened.entry.status_text, "resume it first"
        )
    race = race_from(outcome)
    record = RunRecord(
        table=dataset.name,
        profile=profile,
        choices=dataset.choices,
        config=outcome.config,
        race=race,
        history=opened.history,
        rows=(len(dataset.train), len(dataset.validation), len(dataset.test)),
        features=dataset.num_features,
        steps=outcome.steps,
        elapsed_s=outcome.elapsed_s,
        device=outcome.device,
    )
    write_run(folder, record)
    write_whole(folder / REPORT, html_report(record).encode())
    predictions = neutralise_formulas(predictions_frame(race, dataset.test.rows))
    write_whole(folder / PREDICTIONS, predictions.to_csv(index=False).encode())


def export_zip(opened: OpenedRun) -> bytes:
    """Return what `export_run` writes as one zip.

    Raises:
        SettingError: for a run that never came to an end.
    """
    sink = io.BytesIO()
    with TemporaryDirectory() as name, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        export_run(opened, Path(name))
        for path in sorted(Path(name).iterdir()):
            archive.write(path, path.name)
    return sink.getvalue()
