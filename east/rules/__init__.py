"""How a model's probabilities become decisions: the rules of RULES, each fitted on validation rows."""

from east.rules.definition import DecisionRule, RuleSpec
from east.rules.matrices import confusion_matrices
from east.rules.offsets import apply_offsets, tune_offsets
from east.rules.registry import RULES, fit_rule
from east.rules.solver import best_prices

__all__ = [
    "RULES",
    "DecisionRule",
    "RuleSpec",
    "apply_offsets",
    "best_prices",
    "confusion_matrices",
    "fit_rule",
    "tune_offsets",
]
