"""The sections of a report that stand still: question, verdict, intervals, classes, matrices, curves, data."""

from __future__ import annotations

from collections.abc import Sequence

from east.comparison import Comparison, class_rows, class_table, verdict
from east.dataset import size_text, span_text
from east.export.record import RunRecord
from east.export.report.markup import element, listing, paragraph, section, table, text
from east.export.report.pictures import Pictures
from east.figures import (
    LIGHT,
    QUANTITIES,
    class_balance_figure,
    class_change_figure,
    curve_figure,
    difference_figure,
    matrix_figure,
    paired_figure,
    score_figure,
)
from east.training import Arm

MINUS = "−"
CURVE_TITLES = {name: quantity.words for name, quantity in QUANTITIES.items()}


def question(record: RunRecord) -> str:
    """Say what was asked, of what, and how."""
    race, (train, validation, test) = record.race, record.rows
    seeds = f"{len(race.seeds)} seed{'s' if len(race.seeds) > 1 else ''}"
    target = record.choices.target
    which_way = f"Which way of training and deciding predicts “{target}” best, judged by {race.metric.label}?"
    facts = (
        f"{record.table}: {train:,} training, {validation:,} validation and {test:,} test rows, {record.features:,} "
        f"encoded columns, {len(race.classes)} classes. {len(race.arms)} arms, {seeds}, {record.steps:,} steps in "
        f"{record.elapsed_s:.1f} s on {record.device}."
    )
    title = element("h1", text(f"{record.choices.target} by {race.metric.label}"))
    return element("header", title + paragraph(which_way) + paragraph(facts))


def judgement(comparison: Comparison, stronger: str) -> str:
    """Say who won, and what that speaks of."""
    judged = verdict(comparison)
    return section(
        "Verdict",
        paragraph(judged.headline, _class="verdict"),
        listing([*judged.details, *filter(None, [stronger])]),
    )


def intervals(comparison: Comparison, pictures: Pictures) -> str:
    """Show scores and paired differences with their intervals."""
    metric, parts = comparison.metric, []
    parts.append(
        pictures.place(
            "scores", f"{metric.label} on the test part", score_figure(comparison.scores, metric.label)
        )
    )
    if comparison.differences:
        title = f"{comparison.subject.label} minus each rival, with 95 % intervals"
        parts.append(pictures.place("paired", title, paired_figure(comparison.differences, unit=metric.unit)))
    subject = comparison.subject.label
    head = (
        "Arm",
        "Score",
        "95 % interval",
        f"{subject} minus it",
        "95 % interval",
        "p, corrected",
        f"{subject} is",
    )
    found = {one.second: one for one in comparison.differences}
    rows = []
    for score in comparison.scores:
        row = [score.arm.label, f"{score.mean:.4f}", _span(score.interval)]
        other = found.get(score.arm)
        if other is not None:
            row += [
                _number(other.value, "+.4f"),
                _span(other.interval),
                f"{other.adjusted_p:.2g}",
                other.conclusion,
            ]
        rows.append([*row, *[""] * (len(head) - len(row))])
    return section("Scores", *parts, table(f"{metric.label}, mean over seeds, on the test part", head, rows))


def beside(record: RunRecord) -> str:
    """Show the models beside the race that are not ours."""
    if not record.references:
        return ""
    head = ("Reference", "Score", "95 % interval", "Best arm minus it", "95 % interval")
    rows = []
    for one in record.references:
        gap = one["best_arm_minus_it"]
        ends = (f"{one['mean']:.4f}", _span(one["ci"]), _number(gap["difference"], "+.4f"), _span(gap["ci"]))
        rows.append((one["label"], *ends))
    return section("References", table("Other models on the same rows", head, rows))


def classes(comparison: Comparison, pictures: Pictures) -> str:
    """Show precision, recall and F of every class under the subject and its rival."""
    race, first = comparison.race, comparison.subject
    second = rival(comparison)
    if second is None:
        pairs = [(row, row) for row in class_rows(race, race.result(first))]
        figure = ""
    else:
        pairs = list(class_table(race, first, second))
        title = f"F1 of each class: {first.label} (full), {second.label} (open)"
        figure = pictures.place("classes", title, class_change_figure(pairs))
    arms = (first, second) if second is not None else (first,)
    head = (
        "Class",
        "Rows",
        *(f"{word}, {arm.label}" for arm in arms for word in ("Precision", "Recall", "F1")),
    )
    rows = []
    for pair in pairs:
        rates = [f"{rate:.3f}" for row in pair[: len(arms)] for rate in (row.precision, row.recall, row.f)]
        rows.append([pair[0].name, f"{pair[0].support:,}", *rates])
    return section("Class by class", figure, table("On the test part, means over seeds", head, rows))


def matrices(comparison: Comparison, pictures: Pictures) -> str:
    """Show the confusion matrices of the subject and its rival on the test part, and their difference."""
    race, first, second = comparison.race, comparison.subject, rival(comparison)
    own = race.result(first)
    hard, soft = own.hard.mean(axis=0), own.soft.mean(axis=0)
    drawn = [
        (
            "hard",
            f"{first.label}: hard",
            matrix_figure(hard, race.classes, name=f"{first.label}, hard", still=True),
        ),
        (
            "soft",
            f"{first.label}: soft",
            matrix_figure(soft, race.classes, name=f"{first.label}, soft", still=True),
        ),
    ]
    if second is not None:
        other, names = race.result(second).hard.mean(axis=0), (first.label, second.label)
        figure = matrix_figure(other, race.classes, name=f"{second.label}, hard", still=True)
        drawn.append(("rival", f"{second.label}: hard", figure))
        figure = difference_figure(hard, other, race.classes, names=names, still=True)
        drawn.append(("difference", f"{first.label} minus {second.label}", figure))
    shown = "".join(pictures.place(f"matrix-{name}", title, figure) for name, title, figure in drawn)
    words = "Rows are the true class, columns the predicted one; a cell is a share of its true class."
    return section("Confusion matrices", paragraph(words), element("div", shown, _class="pair"))


def curves(record: RunRecord, pictures: Pictures) -> str:
    """Show how the training went."""
    arms = record.config.networks
    shown = "".join(
        pictures.place(f"curve-{name}", CURVE_TITLES[name], curve_figure(record.history, arms, name))
        for name in QUANTITIES
    )
    words = "Means over seeds, with their range as a band; decided by argmax. Dotted: on training rows."
    return section("Training", legend(arms), paragraph(words), element("div", shown, _class="pair"))


def legend(arms: tuple[Arm, ...]) -> str:
    """Name the colour of each arm."""
    marks = [element("i", style=f"background:{LIGHT.arm(arm)}") + text(arm.label) for arm in arms]
    return element("p", "".join(element("span", mark) for mark in marks), _class="legend")


def data(record: RunRecord, pictures: Pictures) -> str:
    """Show what the table is like."""
    facts, parts = record.profile, [paragraph(f"{size_text(record.profile)}.")]
    if facts.classes:
        names, counts = [one.label for one in facts.classes], [one.count for one in facts.classes]
        parts.append(pictures.place("balance", "Rows of each class", class_balance_figure(names, counts)))
    rows = [
        (one.name, one.role, f"{one.missing_share:.1%}", f"{one.distinct:,}", span_text(one))
        for one in facts.columns
    ]
    head = ("Column", "Role", "Missing", "Different", "Least … median … greatest")
    return section("Data", *parts, table("Columns", head, rows), listing(map(str, facts.concerns)))


def making(record: RunRecord) -> str:
    """Say how to do it again."""
    if not record.command:
        return ""
    words = "The same machine gives the same numbers by:"
    return section("Again", paragraph(words), element("pre", element("code", text(record.command))))


def rival(comparison: Comparison) -> Arm | None:
    """Return whom the subject is shown beside: cross-entropy where it takes part, else the first rival."""
    baseline = comparison.race.baseline
    if baseline is not None and baseline != comparison.subject:
        return baseline
    return next((one.second for one in comparison.differences), None)


def _span(interval: Sequence[float]) -> str:
    return f"{_number(interval[0])} to {_number(interval[1])}"


def _number(value: float, form: str = ".4f") -> str:
    return format(value, form).replace("-", MINUS)
