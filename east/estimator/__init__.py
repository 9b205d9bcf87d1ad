"""The scikit-learn classifier."""

from east.estimator.classifier import EASTClassifier

__all__ = ["EASTClassifier"]
