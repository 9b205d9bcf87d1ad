"""Take it away: the model, predictions for new tables, a report, and the code that reproduces a run."""

from east.export.bundle import LoadedModel, load_classifier, load_model, save_model
from east.export.command import command_for
from east.export.drift import ColumnDrift, TrainingFacts, drift, training_facts
from east.export.folder import read_run, write_run
from east.export.onnx_file import needs_onnx, save_onnx
from east.export.record import RunRecord, record_run
from east.export.report import html_report, write_report
from east.export.script import MadeRows, script_for, torch_loop
from east.export.table import predict_table

__all__ = [
    "ColumnDrift",
    "LoadedModel",
    "MadeRows",
    "RunRecord",
    "TrainingFacts",
    "command_for",
    "drift",
    "html_report",
    "load_classifier",
    "load_model",
    "needs_onnx",
    "predict_table",
    "read_run",
    "record_run",
    "save_model",
    "save_onnx",
    "script_for",
    "torch_loop",
    "training_facts",
    "write_report",
    "write_run",
]
