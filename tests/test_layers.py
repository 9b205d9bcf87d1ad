"""The house's floors, read off the import statements: what each module may import, and what none may do."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "east").rglob("*.py")])
MAX_FILE, MAX_FUNCTION = 300, 40

# One way down: a module of east may import what it points to, and whatever lies below that.
ARROWS: dict[str, tuple[str, ...]] = {
    "errors": (),
    "options": (),
    "threads": (),
    "annealing": ("errors",),
    "metrics": ("errors",),
    "tables": ("errors",),
    "network": ("errors",),
    "confusion": ("annealing", "errors"),
    "dataset": ("tables",),
    "losses": ("confusion", "metrics", "annealing"),
    "rules": ("metrics", "threads"),
    "synthetic": ("rules", "tables"),
    "training": ("losses", "rules", "network", "dataset"),
    "run": ("training",),
    "comparison": ("training",),
    "figures": ("run", "comparison"),
    "export": ("figures",),
    "estimator": ("training",),
    "benchmark": ("training", "comparison", "synthetic"),
    "__main__": ("benchmark", "estimator", "export", "options"),
    "__init__": ("estimator", "training"),
}
PAGES_NEVER = {"torch", "sklearn", "skrub", "plotly"}
MATHS = {"confusion", "metrics", "annealing", "losses", "rules", "network"}


class Import(NamedTuple):
    """An imported module's full name, and whether only type checkers see the statement."""

    module: str
    typing_only: bool
    line: int


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


MODULES = {name_of(path) for path in FILES} | {"east"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def imports(path: Path) -> tuple[Import, ...]:
    typing_only = {
        inner
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    return tuple(
        Import(module, node in typing_only, node.lineno)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in _modules(node)
    )


def _modules(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Name what a statement imports; `from package import module` names the module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    assert node.level == 0, "imports are written out in full"
    for alias in node.names:
        inner = f"{node.module}.{alias.name}"
        yield inner if inner in MODULES else str(node.module)


def floor(module: str) -> str:
    """Return the module of east that a full name belongs to: east.tables.text is of tables."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def below(name: str) -> set[str]:
    return {name}.union(*(below(other) for other in ARROWS[name]))


def test_the_arrows_have_no_circle_and_name_every_module() -> None:
    TopologicalSorter(ARROWS).prepare()
    assert {floor(name_of(path)) for path in FILES if name_of(path).startswith("east")} <= set(ARROWS)


def each(folder: str) -> pytest.MarkDecorator:
    paths = [path for path in FILES if path.relative_to(ROOT).parts[0] in folder.split()]
    return pytest.mark.parametrize("path", paths, ids=lambda path: str(path.relative_to(ROOT)))


@each("east")
def test_imports_go_down(path: Path) -> None:
    mine = floor(name_of(path))
    ours = [found for found in imports(path) if found.module.split(".")[0] == "east"]
    wrong = {found.module for found in ours if floor(found.module) not in below(mine)}
    # The package itself is only its public names; beneath the command line nobody goes through it.
    wrong -= {"east"} if mine in ("__main__", "__init__") else set()
    assert not wrong, f"{mine} may import {sorted(below(mine))}"


@each("east")
def test_the_library_knows_no_page_and_no_streamlit(path: Path) -> None:
    assert not {found.module.split(".")[0] for found in imports(path)} & {"streamlit", "pages", "app"}


@each("east")
def test_plotly_is_for_figures_and_pandas_not_for_maths(path: Path) -> None:
    mine, outside = floor(name_of(path)), {found.module.split(".")[0] for found in imports(path)}
    assert "plotly" not in outside or mine in ("figures", "export")
    assert "pandas" not in outside or mine not in MATHS


@each("app.py pages")
def test_pages_draw_and_do_not_compute(path: Path) -> None:
    assert not {found.module.split(".")[0] for found in imports(path)} & PAGES_NEVER


@each("app.py pages")
def test_pages_import_what_they_share_and_never_each_other(path: Path) -> None:
    ours = {found.module for found in imports(path) if found.module.split(".")[0] == "pages"}
    assert all(module.startswith("pages.shared") for module in ours)
    if path.name == "app.py":
        assert not {found for found in imports(path) if found.module.startswith("east")}


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        name_of(path): {
            found.module for found in imports(path) if found.module in MODULES and not found.typing_only
        }
        for path in FILES
        if name_of(path) != "east.__init__"
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@each("east pages app.py")
def test_files_and_functions_stay_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= (50 if path.name == "app.py" else MAX_FILE)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            start = first.end_lineno if documented and first.end_lineno else node.lineno
            length = (node.end_lineno or start) - start
            assert length <= MAX_FUNCTION, f"{node.name} has {length} lines"


def _calls(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@each("east")
def test_the_library_does_not_print(path: Path) -> None:
    assert "print" not in set(_calls(path)) or floor(name_of(path)) == "__main__"


@each("east pages app.py")
def test_nothing_is_unpickled_evaluated_or_seeded_globally(path: Path) -> None:
    modules = {found.module.split(".")[0] for found in imports(path)}
    assert not modules & {"pickle", "cloudpickle", "marshal", "shelve", "dill"}
    calls = set(_calls(path))
    assert not calls & {"eval", "exec", "compile", "torch.load", "joblib.load", "pd.read_pickle"}
    assert not calls & {"torch.manual_seed", "torch.cuda.manual_seed_all", "np.random.seed", "random.seed"}


@each("pages app.py")
def test_only_state_touches_the_session(path: Path) -> None:
    touched = {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    assert "st.session_state" not in touched or path.name == "state.py"


def loaded_after(statement: str) -> set[str]:
    """List the top packages that a fresh interpreter holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_library_costs_nothing() -> None:
    assert not loaded_after("import east") & {"torch", "sklearn", "skrub", "pandas", "numpy"}


def test_the_first_page_is_drawn_without_torch() -> None:
    shared = ", ".join(name_of(path) for path in (ROOT / "pages" / "shared").glob("*.py"))
    libraries = "east.tables, east.dataset, east.figures, east.run, east.comparison, east.synthetic"
    found = loaded_after(f"import {libraries}, {shared}")
    assert "streamlit" in found
    assert not found & {"torch", "skrub"}
