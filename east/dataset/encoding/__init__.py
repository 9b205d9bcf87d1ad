"""Columns of any kind to finite numbers, fitted on the training rows alone."""

from east.dataset.encoding.encoder import NUMERIC_ENCODINGS, Encoder, fit_encoder

__all__ = ["NUMERIC_ENCODINGS", "Encoder", "fit_encoder"]
