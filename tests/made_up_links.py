"""Links that were typed wrongly, cut off or made up."""

from __future__ import annotations

import random
import string

from pages.shared.settings import FIELDS

MOST_PARAMETERS = 7
# The heading of each page.
PAGES = {
    "data": "Train for the metric you are judged by", "train": "Train", "compare": "Compare",
    "microscope": "Microscope", "report": "Take away", "lesson": "Why a metric should shape training",
}  # fmt: skip
GOOD = {
    "sample": "penguins", "preset": "rare_under_common", "shape": "moons", "classes": "3", "imbalance": "20",
    "overlap": "0.4", "noise": "0.1", "rows": "2000", "problem_seed": "7", "target": "sex", "exclude": "x1,x2",
    "bins": "4", "missing": "leave_out", "rare": "merge", "group": "island", "time": "year", "shares": "80/10/10",
    "split_seed": "3", "metric": "mcc", "beta": "0.25", "average": "macro", "class": "D", "weights": "quadratic",
    "gain": "1,0;0,1", "losses": "east,focal", "rules": "argmax,offsets", "seeds": "3", "epochs": "5", "batch": "64",
    "network": "linear", "width": "8", "depth": "1", "dropout": "0.1", "rate": "0.01", "averaging": "0.9",
    "pace": "slow", "show": "count", "order": "given", "left": "east", "right": "cross_entropy", "at": "40",
    "section": "grid", "first": "east", "cell": "1,2", "offsets": "0.5,-1", "grid_metrics": "fbeta,mcc",
    "sweep_seeds": "2", "probe": "run", "probe_cell": "0,-1", "probe_row": "3", "truth": "1", "place": "0.2,0.3,0.5",
    "annealed": "0.7", "arrows": "east", "other": "2", "towards": "1", "moved": "0.5", "lesson": "why_the_metric",
    "step": "3", "run": "nobody",
}  # fmt: skip
JUNK = (
    "", " ", "0", "-1", "1e309", "nan", "inf", "-inf", "99999999999999999999", "0.5", "auto", "None", "[]", "true",
    "../../app", "<b>x</b>", "![x](http://x)", "a,b", ",,,", "1;2,3", "%", "%2C", "☃", "٣", "\x00", "x" * 4000,
)  # fmt: skip


def mutated(text: str, rng: random.Random) -> str:
    """Drop, repeat, exchange or insert a character, or cut the text off."""
    place = rng.randrange(len(text) + 1)
    letter = rng.choice(string.printable + "é☃−")
    return rng.choice(
        (
            text[:place],
            text[:place] + letter + text[place:],
            text[:place] + letter + text[place + 1 :],
            text + text,
            text.upper(),
            text[::-1],
        )
    )


def made_up(rng: random.Random) -> dict[str, str]:
    names = rng.sample([*FIELDS, "run"], rng.randint(1, MOST_PARAMETERS))
    link = {}
    for name in names:
        good = GOOD.get(name, "x")
        link[name] = rng.choice((good, mutated(good, rng), mutated(good, rng), rng.choice(JUNK)))
    if rng.random() < 0.2:
        link[mutated("metric", rng) or "m"] = "mcc"
    return link
