"""The sample tables are what their README says."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import fbeta_score

from east.dataset import prepare
from east.synthetic import CLASSES, FEATURES, PRIORS, overlapping_gaussians, posterior
from east.tables import Sample, read_table, samples
from east.tables.samples import FOLDER

README = (FOLDER / "README.md").read_text(encoding="utf-8")
SAMPLES = samples()
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file.stem)


def _claims() -> dict[str, list[str]]:
    rows = re.findall(r"^\| `(\S+\.csv)` \|(.*)\|$", README, re.MULTILINE)
    return {file: [cell.strip() for cell in cells.split("|")] for file, cells in rows}


def test_folder_list_and_readme_name_the_same_files() -> None:
    on_disk = {path.name for path in FOLDER.glob("*.csv")}
    assert on_disk == {sample.file.name for sample in SAMPLES} == set(_claims())
    assert len(on_disk) >= 5


@each_sample
def test_readme_claims_hold(sample: Sample) -> None:
    rows, columns, classes, imbalance, missing, target, licence = _claims()[sample.file.name]
    frame = pd.read_csv(sample.file)
    counts = frame[sample.target].value_counts()
    assert (int(rows), int(columns)) == frame.shape
    assert int(classes) == len(counts)
    assert float(imbalance) == round(counts.max() / counts.min(), 1)
    assert int(missing) == int(frame.isna().sum().sum())
    assert (target, licence) == (f"`{sample.target}`", sample.licence)
    assert sample.file.stat().st_size < 2_000_000


@each_sample
def test_reader_gives_what_pandas_gives(sample: Sample) -> None:
    read = read_table(sample.file).frame
    expected = pd.read_csv(sample.file)
    pd.testing.assert_frame_equal(read, expected, check_dtype=False)


@each_sample
def test_every_sample_can_be_learned_from_as_it_is(sample: Sample) -> None:
    dataset = prepare(read_table(sample.file), sample.target)
    parts = (dataset.train, dataset.validation, dataset.test)
    assert sorted(np.concatenate([part.rows for part in parts])) == list(range(len(pd.read_csv(sample.file))))
    for part in parts:
        assert set(part.targets) == set(range(dataset.num_classes))
        assert np.isfinite(part.features).all()


def test_class_counts_named_in_the_readme_hold() -> None:
    for sample in SAMPLES:
        text = README.split(f"**{sample.file.name}**")[1].split("\n\n")[0]
        counts = (
            pd.read_csv(sample.file, keep_default_na=False)[sample.target]
            .astype(str)
            .value_counts()
            .to_dict()
        )
        named = re.search(r"Classes: (.*?)\.(?:\n|$)", text, re.DOTALL)
        if named:
            pairs = re.findall(r"([\w ]+?) (\d+)(?:,|$)", named[1].replace("\n", " "))
            assert {label.strip(): int(count) for label, count in pairs} == counts
        spread = re.search(r"(\d+) to (\d+) rows a class", text)
        if spread:
            assert (int(spread[1]), int(spread[2])) == (min(counts.values()), max(counts.values()))
        assert named or spread or sample.file.stem == "overlapping_gaussians"


def test_synthetic_table_is_made_again_byte_for_byte() -> None:
    made = overlapping_gaussians(rows=4000, seed=0).to_csv(index=False, lineterminator="\n").encode()
    assert made == (FOLDER / "overlapping_gaussians.csv").read_bytes()


def test_posterior_is_calibrated_and_follows_the_priors() -> None:
    frame = overlapping_gaussians(rows=100_000, seed=5)
    probabilities = posterior(frame[list(FEATURES)].to_numpy())
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(probabilities.mean(axis=0), PRIORS, atol=0.005)
    for index, label in enumerate(CLASSES):
        likely = probabilities[:, index]
        band = (likely > 0.45) & (likely < 0.55)
        assert (frame["label"][band] == label).mean() == pytest.approx(likely[band].mean(), abs=0.04)


def test_argmax_of_the_posterior_is_not_the_best_macro_f() -> None:
    frame = overlapping_gaussians(rows=50_000, seed=3)
    probabilities = posterior(frame[list(FEATURES)].to_numpy())
    truth = frame["label"].map({label: code for code, label in enumerate(CLASSES)}).to_numpy()
    for beta, weights, gain in ((1.0, [1, 1.82, 1.82, 2.23], 0.01), (0.25, [1, 0.45, 0.45, 0.25], 0.02)):
        scores = [
            fbeta_score(truth, guess.argmax(axis=1), beta=beta, average="macro")
            for guess in (probabilities, probabilities * np.array(weights))
        ]
        assert scores[1] > scores[0] + gain
