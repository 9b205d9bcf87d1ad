"""Whether what a step says holds on its run."""

from __future__ import annotations

from collections.abc import Mapping

from east.lesson.filling import value_named
from east.lesson.steps import Claim, Step
from east.lesson.values import Value


def failed_claims(step: Step, values: Mapping[str, Value]) -> tuple[str, ...]:
    """Say in one sentence each what a step claims and its run does not show.

    Raises:
        LessonError: for a claim on a value that there is not.
    """
    return tuple(sentence for claim in step.claims for sentence in _failures(claim, values))


def _failures(claim: Claim, values: Mapping[str, Value]) -> list[str]:
    value, sentences = value_named(claim.value, values), []
    for bound, word, sign in ((claim.above, "above", 1.0), (claim.below, "below", -1.0)):
        if bound is None:
            continue
        limit = value_named(bound, values).number if isinstance(bound, str) else bound
        # A value that is not a number is neither above nor below.
        if not sign * value.number > sign * limit:
            what = f"{bound} ({limit:.4g})" if isinstance(bound, str) else f"{limit:g}"
            sentences.append(f"{claim.value} is {value.number:.4g}, which is not {word} {what}.")
    return sentences
