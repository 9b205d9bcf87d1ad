"""Take it away: the model, predictions for new tables, a report, and the code that reproduces a run."""

from east.export.bundle import LoadedModel, load_classifier, load_model, save_model
from east.export.command import command_for
from east.export.drift import ColumnDrift, TrainingFacts, drift, training_facts
from east.export.onnx_file import save_onnx
from east.export.script import script_for, torch_loop
from east.export.table import predict_table

__all__ = [
    "ColumnDrift",
    "LoadedModel",
    "TrainingFacts",
    "command_for",
    "drift",
    "load_classifier",
    "load_model",
    "predict_table",
    "save_model",
    "save_onnx",
    "script_for",
    "torch_loop",
    "training_facts",
]
