"""Predict with a saved model; needs numpy and pandas alone.

from predict import load
model = load("model.zip")
model.predict(frame)         # the class of each row, by the model's rule
model.predict_proba(frame)   # [n, K] class probabilities, in the order of model.classes
"""

from __future__ import annotations

import json
import re
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Arrays = Mapping[str, NDArray[Any]]

FORMAT = "east-model-1"
STEP = 10_000  # rows encoded at a time
DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8"}


class TableMismatchError(ValueError):
    """A table that does not have the columns the model was trained on; its parts are what, got and remedy."""

    def __init__(self, what: str, got: str | None, remedy: str) -> None:
        super().__init__(f"{what}: got {got}; {remedy}." if got else f"{what}; {remedy}.")
        self.what, self.got, self.remedy = what, got, remedy


@dataclass(frozen=True)
class Model:
    """A trained model: `about` is its model.json, `arrays` its weights by name."""

    about: Mapping[str, Any]
    arrays: Arrays

    @property
    def classes(self) -> NDArray[Any]:
        """The labels `[K]`."""
        return np.asarray(self.about["classes"], dtype=self.about["classes_dtype"])

    @property
    def columns(self) -> list[str]:
        """The columns it reads, in the order of training."""
        return list(self.about["encoder"]["columns"])

    def predict(self, rows: Any) -> NDArray[Any]:
        """Return the class that the rule decides on for each row, `[n]`."""
        return np.asarray(self.classes[decide(self.predict_proba(rows), self.about["rule"])])

    def predict_proba(self, rows: Any) -> Floats:
        """Return class probabilities `[n, K]` of a frame with the columns of training.

        Raises:
            TableMismatchError: for columns that are missing, repeated or of another kind.
        """
        frame = self.frame(rows)
        steps = range(0, max(len(frame), 1), STEP)
        return np.vstack([self._probabilities(frame.iloc[at : at + STEP]) for at in steps])

    def features(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Encode rows of a frame as the networks see them, `[n, d]`."""
        return encode(frame, self.about["encoder"], self.arrays)

    def frame(self, rows: Any) -> pd.DataFrame:
        """Return the columns that are read, found by name; an array's, or nameless ones, by their places."""
        frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows)
        names, nameless = self.columns, not all(isinstance(name, str) for name in frame.columns)
        if nameless and frame.shape[1] == len(names):
            frame = frame.set_axis(names, axis=1)
        absent = [name for name in names if name not in frame.columns]
        if absent:
            got = f"no {', '.join(map(repr, absent[:5]))}{' ...' if len(absent) > 5 else ''}"
            what = "The table lacks columns the model was trained on"
            raise TableMismatchError(what, got, "add them, empty if unknown")
        repeated = [name for name in names if (frame.columns == name).sum() > 1]
        if repeated:
            raise TableMismatchError("A column is there twice", repr(repeated[0]), "keep one of each name")
        return frame[names].infer_objects().reset_index(drop=True)

    def _probabilities(self, frame: pd.DataFrame) -> Floats:
        features = self.features(frame)
        members = [self._member(features, member) for member in range(self.about["members"])]
        mean = np.mean(members, axis=0, dtype=np.float64)
        return np.asarray(mean / mean.sum(axis=1, keepdims=True))  # single precision alone is off by 1e-7

    def _member(self, hidden: NDArray[np.float32], member: int) -> NDArray[np.float32]:
        for layer in range(self.about["layers"]):
            hidden = np.maximum(hidden, 0) if layer else hidden
            weight, bias = (self.arrays[f"network.{member}.{layer}.{part}"] for part in ("weight", "bias"))
            hidden = hidden @ weight + bias
        shares = np.exp(hidden - hidden.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def load(path: Any) -> Model:
    """Read a saved model; nothing in it is executed."""
    with zipfile.ZipFile(path) as archive:
        about = json.loads(archive.read("model.json"))
        if about.get("format") != FORMAT:
            raise ValueError(f"This is no model of the format {FORMAT}: got {about.get('format')!r}.")
        return Model(about, read_safetensors(archive.read("weights.safetensors")))


def read_safetensors(data: bytes) -> Arrays:
    """Read arrays by name from the safetensors format: a length, a JSON header, then the numbers."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = memoryview(data)[8 + length :]
    return {
        name: np.frombuffer(body[slice(*of["data_offsets"])], DTYPES[of["dtype"]]).reshape(of["shape"])
        for name, of in header.items()
    }


def decide(probabilities: Floats, rule: Mapping[str, Any]) -> NDArray[np.int64]:
    """Predict `argmax_j sum_i q_i prices[i, j]` with `q = softmax(log p / temperature)`; returns codes `[n]`."""
    prices, temperature = np.asarray(rule["prices"], dtype=np.float64), rule["temperature"]
    logs = np.log(np.maximum(probabilities, np.finfo(np.float32).tiny)) / temperature
    weights = prices.diagonal()
    if np.array_equal(prices, np.diag(weights)) and weights.min() > 0:
        same = bool((weights == weights[0]).all())
        return np.asarray((probabilities if same else logs + np.log(weights)).argmax(axis=1))
    if temperature == 1:
        return np.asarray((probabilities @ prices).argmax(axis=1))
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray((shares / shares.sum(axis=1, keepdims=True) @ prices).argmax(axis=1))


def encode(frame: pd.DataFrame, encoder: Mapping[str, Any], arrays: Arrays) -> NDArray[np.float32]:
    """Turn columns into the features `[n, d]` that training saw: scaled values, pieces of numbers, class shares."""
    blocks = [KINDS[one["kind"]](frame[one["column"]], one, arrays) for one in encoder["blocks"]]
    raw = np.hstack([np.zeros((len(frame), 0)), *blocks])
    gaps = np.isnan(raw)
    filled = np.hstack([np.where(gaps, arrays["encoder.fill"], raw), gaps[:, encoder["marked_gaps"]]])
    scaled = (filled - arrays["encoder.centers"]) * arrays["encoder.scales"]
    clipped = scaled / np.sqrt(1 + (scaled / encoder["limit"]) ** 2)
    standard = (clipped - arrays["encoder.means"]) / arrays["encoder.deviations"]
    shares = [class_shares(frame[one["column"]], one, arrays) for one in encoder["class_shares"]]
    return np.hstack([standard, pieces(filled, encoder["pieces"], arrays), *shares]).astype(np.float32)


def pieces(filled: Floats, places: Sequence[int], arrays: Arrays) -> Floats:
    """Cut some columns of `[n, columns]` at their knots: each piece rises from 0 to 1 between two of them."""
    cut = [np.zeros((len(filled), 0))]
    for number, place in enumerate(places):
        knots = arrays[f"encoder.pieces.{number}"]
        with np.errstate(over="ignore"):
            cut.append(np.clip((filled[:, [place]] - knots[:-1]) / np.diff(knots), 0, 1))
    return (np.hstack(cut) - arrays["encoder.piece_means"]) * arrays["encoder.piece_scales"]


def class_shares(column: pd.Series[Any], spec: Mapping[str, Any], arrays: Arrays) -> Floats:
    """Give what a row's value says of its class by the training rows, `[n, K]`."""
    read = numbers(column, spec, arrays)[:, 0] if spec["numeric"] else texts_of(column).to_numpy(dtype=object)
    values = pd.Index(spec["values"], dtype="float64" if spec["numeric"] else "object")
    # A value that is not known has place -1, which is the last row: what all others share.
    return np.asarray(arrays[spec["arrays"]][values.get_indexer(pd.Index(read, dtype=values.dtype))])


def numbers(column: pd.Series[Any], spec: Mapping[str, Any], arrays: Arrays) -> Floats:
    """Read numbers `[n, 1]`, durations in seconds; what is no finite number is a gap."""
    if column.dtype.kind == "m":
        read = column.dt.total_seconds()
    elif pd.api.types.is_numeric_dtype(column.dtype):
        read = column
    else:
        read = pd.to_numeric(column, errors="coerce")
    check_readable(column, read, "numbers")
    values = read.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.clip(np.where(np.isfinite(values), values, np.nan), -spec["largest"], spec["largest"])[:, None]


def number_texts(column: pd.Series[Any], spec: Mapping[str, Any], arrays: Arrays) -> Floats:
    """Read numbers `[n, 1]` written as text, in single precision."""
    texts = clean_texts(column, spec["nulls"])
    read = pd.to_numeric(texts, errors="coerce")
    check_readable(texts, read, "numbers")
    return read.to_numpy(dtype=np.float64, na_value=np.nan).astype(np.float32).astype(np.float64)[:, None]


def categories(column: pd.Series[Any], spec: Mapping[str, Any], arrays: Arrays) -> Floats:
    """Mark each row's category, `[n, categories]`; the last marks gaps where training had any."""
    known = {name: place for place, name in enumerate(spec["categories"])}
    texts = clean_texts(column, spec["nulls"])
    codes = np.asarray(
        [-1 if gap else known.get(text, -1) for text, gap in zip(texts, texts.isna(), strict=True)]
    )
    marks = (codes.reshape(-1, 1) == np.arange(len(known))).astype(np.float64)
    if spec["gaps"]:
        marks = np.hstack([marks, texts.isna().to_numpy(dtype=np.float64)[:, None]])
    return np.asarray(marks[:, 1:] if spec["drop_first"] else marks)


def dates(column: pd.Series[Any], spec: Mapping[str, Any], arrays: Arrays) -> Floats:
    """Read moments and give their parts, `[n, parts]`."""
    if spec["format"] is None:
        moments = pd.to_datetime(column, errors="coerce", utc=True, format="mixed").dt.tz_localize(None)
    else:
        texts = clean_texts(column, spec["nulls"])
        moments = pd.to_datetime(texts, errors="coerce", format=spec["format"])
    check_readable(column, moments, "dates")
    seconds = (moments - pd.Timestamp(0)) / pd.Timedelta("1s")
    parts = [seconds if part == "total_seconds" else getattr(moments.dt, part) for part in spec["parts"]]
    pieces = [part.to_numpy(dtype=np.float64, na_value=np.nan).astype(np.float32) for part in parts]
    return np.stack(pieces, axis=1).astype(np.float64)


def letter_groups(column: pd.Series[Any], spec: Mapping[str, Any], arrays: Arrays) -> Floats:
    """Weigh each text's groups of letters (tf-idf) and project them on what training found, `[n, width]`."""
    places = {group: place for place, group in enumerate(spec["groups"])}
    weights, projection = arrays[f"{spec['arrays']}.idf"], arrays[f"{spec['arrays']}.projection"]
    found = np.zeros((len(column), projection.shape[1]))
    for row, text in enumerate(clean_texts(column, spec["nulls"]).fillna("")):
        known = [places[group] for group in groups_of(text, spec["sizes"]) if group in places]
        used, counts = np.unique(np.asarray(known, dtype=np.int64), return_counts=True)
        if len(used):
            weighed = counts * weights[used]
            found[row] = (weighed / np.linalg.norm(weighed)).astype(np.float32) @ projection[used]
    return np.asarray((found / spec["divisor"]).astype(np.float32), dtype=np.float64)


def groups_of(text: str, sizes: Sequence[int]) -> list[str]:
    """List the groups of letters within each word of a text, the blanks around it included."""
    found = []
    for word in re.sub(r"\s\s+", " ", text.lower()).split():
        padded = f" {word} "
        for size in sizes:
            found += [padded[at : at + size] for at in range(max(len(padded) - size, 0) + 1)]
            if len(padded) <= size:
                break
    return found


def texts_of(column: pd.Series[Any]) -> pd.Series[Any]:
    """Give values as text, gaps as gaps."""
    return column.astype(object).where(column.notna(), None).map(str, na_action="ignore")


def clean_texts(column: pd.Series[Any], nulls: Sequence[str]) -> pd.Series[Any]:
    """Give values as text, those that stand for nothing as gaps."""
    texts = texts_of(column)
    blank = texts.map(lambda text: text in nulls or not text.strip(), na_action="ignore")
    return texts.where(texts.notna() & (blank == False), None)  # noqa: E712  (gaps are neither)


def check_readable(column: pd.Series[Any], read: pd.Series[Any], kind: str) -> None:
    """Refuse a column of which nothing can be read as what it was in training."""
    if column.notna().any() and not read.notna().any():
        what = f"The column {str(column.name)!r} held {kind} in training, and none can be read now"
        raise TableMismatchError(
            what, repr(column.dropna().iloc[0]), f"give {kind}, or leave its cells empty"
        )


KINDS: Mapping[str, Callable[[pd.Series[Any], Mapping[str, Any], Arrays], Floats]] = {
    "numbers": numbers,
    "number_texts": number_texts,
    "categories": categories,
    "dates": dates,
    "letter_groups": letter_groups,
}
