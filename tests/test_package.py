"""The package: what pip installs is whole, and works without the app, the test tools and the optional packages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from east.version import __version__
from tests.source_files import FILES, imports

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ABSENT = (
    "streamlit",
    "pytest",
    "hypothesis",
    "playwright",
    "imblearn",
    "onnx",
    "tensorboard",
    "mlflow",
    "distributed",
)
"""What a plain installation does not have."""
TRY = """
import sys
import torch
import east

assert east.__file__.startswith(sys.argv[1]), east.__file__
table = east.read_table(sys.argv[2]).frame
features, labels = table.drop(columns="species"), table["species"]
classifier = east.EASTClassifier(metric="mcc", epochs=20, device="cpu").fit(features, labels)
classifier.save("model.zip")
assert (east.load_model("model.zip").predict(features) == classifier.predict(features)).all()
logits = torch.zeros(6, 3, requires_grad=True)
east.EASTLoss(east.metric("fbeta"))(logits, torch.arange(6) % 3, progress=0.3).backward()
print(east.__version__, len(east.METRICS), round(classifier.score(features, labels), 3))
print(float(logits.grad.abs().sum()) > 0, sorted({name.partition(".")[0] for name in sys.modules}))
"""


def tracked(*folders: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(filter(None, listed.stdout.split("\0")))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel of the tracked files and install it into a folder; nothing is fetched."""
    folder, source = tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("source")
    for name in tracked("east", "sample_data", "pyproject.toml", "README.md", "LICENSE"):
        copy = source / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    alone = ("--no-deps", "--no-index", "--no-build-isolation", "--no-compile", "--quiet")
    command = [sys.executable, "-m", "pip", "install", *alone, "--target", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def plain(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Make an environment with the installed package first, in which what is absent cannot be imported."""
    missing = tmp_path_factory.mktemp("missing")
    for name in ABSENT:
        (missing / f"{name}.py").write_text(f"raise ModuleNotFoundError({name!r}, name={name!r})\n")
    path = os.pathsep.join((str(installed), str(missing)))
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}


def run(
    plain: dict[str, str], folder: Path, *words: str, status: int = 0
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(words, cwd=folder, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done


def test_every_file_of_the_library_and_the_samples_is_installed_and_no_page(installed: Path) -> None:
    held = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    about = f"east-{__version__}.dist-info/"
    samples = {f"east/{name}" for name in tracked("sample_data")}
    kept = {name for name in held if not name.startswith(about) and "__pycache__" not in name}
    assert kept == tracked("east") | samples | {"bin/east"}
    assert {"east/py.typed", "east/command_line/schemas/train-1.json"} <= held
    assert f"{about}licenses/LICENSE" in held


def test_the_library_works_where_only_its_needs_are_installed(
    installed: Path, plain: dict[str, str], tmp_path: Path
) -> None:
    penguins = str(installed / "east" / "sample_data" / "penguins.csv")
    done = run(plain, tmp_path, sys.executable, "-c", TRY, str(installed), penguins)
    version, metrics, score = done.stdout.splitlines()[0].split()
    assert version == __version__ and int(metrics) >= 10 and float(score) > 0.9
    assert done.stdout.splitlines()[1].startswith("True ")
    for name in ABSENT:
        assert f"'{name}'" not in done.stdout


def test_the_command_trains_and_knows_its_samples_where_only_its_needs_are_installed(
    installed: Path, plain: dict[str, str], tmp_path: Path
) -> None:
    east = str(installed / "bin" / "east")
    wine = str(installed / "east" / "sample_data" / "wine.csv")
    # The sample's own target is found, without --target: the installed samples are known as such.
    done = run(plain, tmp_path, sys.executable, east, "train", wine, "--epochs", "3", "--quiet", "--json")
    result = json.loads(done.stdout)
    assert result["target"] == "cultivar" and result["arms"]["east"]["mean"] > 0.3 and done.stderr == ""
    assert run(plain, tmp_path, sys.executable, east, "--version").stdout == f"east {__version__}\n"
    usage = run(plain, tmp_path, sys.executable, east, "--help").stdout
    assert usage.startswith("usage: east [-h]")


def declared(texts: list[str]) -> dict[str, Requirement]:
    return {str(canonicalize_name(found.name)): found for found in map(Requirement, texts)}


def distributions(statements: Iterator[str]) -> set[str]:
    """Name the distributions that hold the imported modules which are neither Python's nor ours."""
    known = packages_distributions()
    ours = {"east", "predict"} | set(sys.stdlib_module_names)
    tops = {name.partition(".")[0] for name in statements} - ours
    return {str(canonicalize_name(known[name][0])) for name in tops}


def test_what_the_library_imports_is_declared_and_what_is_declared_is_imported() -> None:
    found = distributions(
        each.module for path in FILES if path.is_relative_to(ROOT / "east") for each in imports(path)
    )
    extras = PROJECT["optional-dependencies"]
    optional = {name for extra in ("dask", "onnx", "tracking") for name in declared(extras[extra])}
    assert found | {"tensorboard"} == set(declared(PROJECT["dependencies"])) | optional
    assert set(declared(extras["app"])) == {"streamlit", "onnx"}


def test_each_declared_package_is_pinned_at_a_version_that_is_declared() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(re.findall(r"^([\w-]+)==([\w.]+)", line)[0] for line in lines if re.match(r"[\w-]+==", line))
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for name, wanted in declared([text for group in groups for text in group]).items():
        assert wanted.specifier.contains(pins[name]), f"{wanted} and {name}=={pins[name]}"


def test_citation_and_changelog_tell_the_version_there_is() -> None:
    citation = (ROOT / ".github" / "CITATION.cff").read_text(encoding="utf-8")
    fields = dict(re.findall(r"^([\w-]+): *(.*)$", citation, re.MULTILINE))
    assert {"cff-version", "message", "title", "authors", "preferred-citation"} <= set(fields)
    assert fields["version"] == __version__
    assert "arXiv:2405.20954" in citation
    changes = (ROOT / ".github" / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)", changes, re.MULTILINE)
    assert released[0] == __version__
    assert released == sorted(
        released, key=lambda text: [int(part) for part in text.split(".")], reverse=True
    )
