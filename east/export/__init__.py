"""Take it away: the model, predictions for new tables, a report, and the code that reproduces a run."""

from east.export.bundle import LoadedModel, load_classifier, load_model, save_model
from east.export.drift import ColumnDrift, TrainingFacts, drift, training_facts
from east.export.onnx_file import save_onnx
from east.export.table import predict_table

__all__ = [
    "ColumnDrift",
    "LoadedModel",
    "TrainingFacts",
    "drift",
    "load_classifier",
    "load_model",
    "predict_table",
    "save_model",
    "save_onnx",
    "training_facts",
]
