"""Lessons as small text files: their steps, the values of a training that their texts name, and their preparation."""

from east.lesson.claims import failed_claims
from east.lesson.filling import fill
from east.lesson.preparing import Preparations
from east.lesson.reading import read_lesson
from east.lesson.steps import CONTROLS, PICTURES, Claim, Lesson, Panel, Question, Step
from east.lesson.subjects import PanelRun, Subject, at_progress
from east.lesson.values import Value, values_of

__all__ = [
    "CONTROLS",
    "PICTURES",
    "Claim",
    "Lesson",
    "Panel",
    "PanelRun",
    "Preparations",
    "Question",
    "Step",
    "Subject",
    "Value",
    "at_progress",
    "failed_claims",
    "fill",
    "read_lesson",
    "values_of",
]
