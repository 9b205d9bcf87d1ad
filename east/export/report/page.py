"""The whole report: its sections, its figures and what draws them, in one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from east.comparison import Comparison, compare, summarise
from east.export.files import write_whole
from east.export.record import RunRecord
from east.export.report import sections
from east.export.report.markup import data_script, element, text
from east.export.report.pictures import Pictures
from east.export.report.replay import replay
from east.figures import plotly_script

HERE = Path(__file__).parent
# Nothing may be loaded from anywhere: what the file needs is in it.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


def html_report(record: RunRecord) -> str:
    """Tell a finished run in one self-contained HTML file.

    Its numbers are those of `summarise(compare(race))`, which is in it as JSON, under the id "result".

    Args:
        record: of the run, as `record_run` or `read_run` gives it.
    """
    comparison, pictures = compare(record.race), Pictures()
    body = [
        sections.question(record),
        sections.judgement(comparison, record.stronger),
        sections.intervals(comparison, pictures),
        sections.beside(record),
        sections.classes(comparison, pictures),
        sections.matrices(comparison, pictures),
    ]
    moments: list[dict[str, Any]] = []
    if record.history:
        section, moments = replay(record, comparison, pictures)
        body += [section, sections.curves(record, pictures)]
    body += [sections.data(record, pictures), sections.making(record)]
    facts = {**pictures.as_json(), "moments": moments}
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            element("title", text(f"{record.choices.target} by {record.race.metric.label}")),
            f"<style>{_own('report.css')}</style></head><body><main>",
            *body,
            "</main>",
            "<noscript><p>Figures need JavaScript; all numbers are in the tables.</p></noscript>",
            data_script("result", numbers(record, comparison)),
            data_script("facts", facts),
            f"<script>{plotly_script()}</script>",
            f"<script>{_own('report.js')}</script>",
            "</body></html>",
        ]
    )


def numbers(record: RunRecord, comparison: Comparison) -> dict[str, Any]:
    """Return all numbers as `summarise` gives them, with the references that were judged when the run ended."""
    summary = summarise(comparison)
    verdict = {**summary["verdict"], "text": f"{summary['verdict']['text']} {record.stronger}".rstrip()}
    return {**summary, "references": list(record.references), "verdict": verdict}


def write_report(record: RunRecord, path: str | os.PathLike[str]) -> Path:
    """Write the report as a file, whole or not at all.

    Raises:
        EastError: when it cannot be written there.
    """
    return write_whole(path, html_report(record).encode("utf-8"))


def _own(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
