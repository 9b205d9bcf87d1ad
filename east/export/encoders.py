"""A fitted encoder as plain data: a block a column, and how all features are scaled at last.

`east.export.predict` reads it back with numpy and pandas alone; there is one function here, and one there, for
each kind of block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from east.dataset import Encoder
from east.dataset.encoding.columns import LARGEST
from east.dataset.encoding.knots import Pieces
from east.errors import DatasetError, EastError
from east.export import predict

Arrays = dict[str, NDArray[Any]]
Block = dict[str, Any]


@dataclass(frozen=True)
class PlainEncoder:
    """An encoder that JSON and a file of arrays can hold."""

    data: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]

    def transform(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Encode rows of a frame, `[n, d]`.

        Raises:
            DatasetError: for a column that is wholly of another kind than in training.
        """
        try:
            return predict.encode(frame, self.data, self.arrays)
        except predict.TableMismatchError as error:
            raise DatasetError(error.what, error.got, error.remedy) from None


def plain_encoder(encoder: Encoder | PlainEncoder) -> PlainEncoder:
    """Describe a fitted encoder as plain data; one that is plain already stays as it is.

    Raises:
        EastError: for a column whose encoding cannot be described.
    """
    if isinstance(encoder, PlainEncoder):
        return encoder
    arrays: Arrays = {}
    blocks = [
        {"column": name, "kind": "numbers", "largest": LARGEST}
        for name, kind in encoder.kinds.items()
        if kind == "numeric"
    ]
    if encoder.vectorizer is not None:
        for name, steps in encoder.vectorizer.all_processing_steps_.items():
            blocks.append({"column": name, **_block(name, steps, f"encoder.{len(blocks)}", arrays)})
    imputer, squashing = encoder.scaler[0], encoder.scaler[1]
    centers, scales = _scaling(squashing)
    arrays["encoder.fill"] = np.nan_to_num(np.asarray(imputer.statistics_, dtype=np.float64))
    arrays["encoder.centers"], arrays["encoder.scales"] = centers, scales
    arrays["encoder.means"] = np.asarray(encoder.means, dtype=np.float64)
    arrays["encoder.deviations"] = np.asarray(encoder.deviations, dtype=np.float64)
    data = {
        "columns": list(encoder.columns),
        "blocks": blocks,
        "pieces": _pieces(encoder.pieces, arrays),
        "class_shares": _class_shares(encoder, arrays),
        "marked_gaps": [int(place) for place in imputer.indicator_.features_],
        "limit": float(squashing.max_absolute_value),
        "features": list(encoder.feature_names),
    }
    return PlainEncoder(data, arrays)


def _pieces(pieces: Pieces, arrays: Arrays) -> list[int]:
    """Describe the piecewise-linear encoding, and return the places of the columns that are cut."""
    for number, knots in enumerate(pieces.knots):
        arrays[f"encoder.pieces.{number}"] = np.asarray(knots, dtype=np.float64)
    arrays["encoder.piece_means"] = np.asarray(pieces.means, dtype=np.float64)
    arrays["encoder.piece_scales"] = np.asarray(pieces.scales, dtype=np.float64)
    return [int(place) for place in pieces.places]


def _class_shares(encoder: Encoder, arrays: Arrays) -> list[Block]:
    """Describe the class shares of values that come again: what each value becomes, and last what all others do."""
    shares, described = encoder.shares, []
    for number, (name, values, rates) in enumerate(
        zip(shares.names, shares.values, shares.shares, strict=True)
    ):
        prefix, numeric = f"encoder.class_shares.{number}", encoder.kinds[name] == "numeric"
        alone = replace(shares, names=(name,), values=(values,), shares=(rates,))
        categories = np.asarray(
            [*values, np.nan if numeric else None], dtype=np.float64 if numeric else object
        )
        arrays[prefix] = np.asarray(alone.transform({name: categories}, len(categories)), dtype=np.float64)
        block = {"column": name, "numeric": numeric, "values": values.tolist(), "arrays": prefix}
        described.append({**block, "largest": LARGEST})
    return described


def _scaling(squashing: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read centre and factor of each feature off skrub's SquashingScaler; a constant feature has factor 0."""
    centers, scales = np.zeros(squashing.n_features_in_), np.zeros(squashing.n_features_in_)
    if squashing.robust_scaler_ is not None:
        centers[squashing.robust_cols_] = squashing.robust_scaler_.center_
        scales[squashing.robust_cols_] = 1 / squashing.robust_scaler_.scale_
    if squashing.minmax_scaler_ is not None:
        centers[squashing.minmax_cols_] = squashing.minmax_scaler_.median_
        scales[squashing.minmax_cols_] = squashing.minmax_scaler_.scale_
    return centers, scales


def _block(name: str, steps: list[Any], prefix: str, arrays: Arrays) -> Block:
    """Describe the steps that skrub's TableVectorizer takes with one column."""
    from skrub._clean_null_strings import STR_NA_VALUES

    for step in steps:
        exporter = _EXPORTERS.get(type(step).__name__)
        if exporter is not None:
            found = exporter(step, steps, prefix, arrays)
            return {"nulls": list(STR_NA_VALUES), **found}
    raise EastError(
        f"The encoding of the column {name!r} cannot be saved", None, "leave the column out and train again"
    )


def _categories(step: Any, steps: list[Any], prefix: str, arrays: Arrays) -> Block:
    names = list(step.categories_[0])
    gaps = bool(names) and not isinstance(names[-1], str)
    dropped = step.drop_idx_ is not None and step.drop_idx_[0] is not None
    known = [str(name) for name in (names[:-1] if gaps else names)]
    return {"kind": "categories", "categories": known, "gaps": gaps, "drop_first": dropped}


def _dates(step: Any, steps: list[Any], prefix: str, arrays: Arrays) -> Block:
    read = next(one for one in steps if type(one).__name__ == "ToDatetime")
    return {"kind": "dates", "parts": list(step.extracted_features_), "format": read.format_}


def _number_texts(step: Any, steps: list[Any], prefix: str, arrays: Arrays) -> Block:
    return {"kind": "number_texts"}


def _letter_groups(step: Any, steps: list[Any], prefix: str, arrays: Arrays) -> Block:
    """Describe skrub's StringEncoder: tf-idf of groups of letters, then a truncated singular value decomposition."""
    vocabulary = step.vectorizer_.vocabulary_
    arrays[f"{prefix}.idf"] = np.asarray(step.vectorizer_.idf_, dtype=np.float64)
    width = step.n_components_
    projection = step.tsvd_.components_.T if hasattr(step, "tsvd_") else np.eye(len(vocabulary), width)
    arrays[f"{prefix}.projection"] = np.ascontiguousarray(projection, dtype=np.float32)
    return {
        "kind": "letter_groups",
        "groups": sorted(vocabulary, key=vocabulary.__getitem__),
        "sizes": list(range(step.ngram_range[0], step.ngram_range[1] + 1)),
        "divisor": float(step.scaling_factor_),
        "arrays": prefix,
    }


_EXPORTERS: Mapping[str, Callable[[Any, list[Any], str, Arrays], Block]] = {
    "OneHotEncoder": _categories,
    "DatetimeEncoder": _dates,
    "PassThrough": _number_texts,
    "StringEncoder": _letter_groups,
}
