"""The house's floors, read off the import statements: what each module may import, and what none may do."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import loaded_after
from tests.source_files import ARROWS, FILES, MODULES, ROOT, imports, name_of, tree

MAX_FILE, MAX_FUNCTION = 300, 40

PAGES_NEVER = {"torch", "sklearn", "skrub", "plotly"}
MATHS = {"confusion", "shapes", "metrics", "annealing", "losses", "rules", "network", "microscope"}
# What the first page draws with: none of it may wait for torch.
TORCH_FREE = {"tables", "dataset", "figures", "run", "comparison", "lesson", "kept"}
PRINTING = {"command_line"}


def floor(module: str) -> str:
    """Return the module of east that a full name belongs to: east.tables.text is of tables."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def below(name: str) -> set[str]:
    return {name}.union(*(below(other) for other in ARROWS[name]))


def test_the_arrows_have_no_circle_and_name_the_modules_that_there_are() -> None:
    TopologicalSorter(ARROWS).prepare()
    there = {floor(name_of(path)) for path in FILES if name_of(path).startswith("east")}
    assert set(ARROWS) == there, "the table and the folder differ"
    pointed_to = {other for arrows in ARROWS.values() for other in arrows}
    assert (pointed_to | MATHS | TORCH_FREE | PRINTING) - there == set(), "a table names what is not there"
    assert [name for name in sorted(PAGES_NEVER) if find_spec(name) is None] == []


@pytest.mark.parametrize(
    "page",
    sorted({name.split(".")[1] for name in MODULES if name.startswith("pages.") and name.endswith(".page")}),
)
def test_a_link_to_a_page_has_a_way_in_on_a_server_that_has_just_started(page: str) -> None:
    assert f'deep_link.enter("{page}")' in (ROOT / "pages" / f"_{page}.py").read_text(encoding="utf-8")


def each(folder: str) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """Make a check of one file a test of all files of a folder, which names every file that fails it."""
    paths = [path for path in FILES if path.relative_to(ROOT).parts[0] in folder.split()]

    def of_all(check: Callable[[Path], None]) -> Callable[[], None]:
        def test() -> None:
            failed = []
            for path in paths:
                try:
                    check(path)
                except AssertionError as error:
                    failed.append(f"{path.relative_to(ROOT)}: {error}")
            assert paths and not failed, "\n".join(failed)

        return test

    return of_all


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
def test_a_page_imports_its_own_sections_and_what_is_shared_and_no_other_page(path: Path) -> None:
    ours = {page_of(found.module) for found in imports(path) if found.module.split(".")[0] == "pages"}
    assert ours <= {"shared", page_of(name_of(path))}
    if path.name == "app.py":
        assert not {found for found in imports(path) if found.module.startswith("east")}


def page_of(module: str) -> str:
    """Return the page that a module belongs to, or "shared"; pages._train leads into pages.train."""
    return module.split(".")[1].lstrip("_") if "." in module else module


def shared_part(module: str) -> str | None:
    """Return the file or folder of pages/shared that a module belongs to."""
    return ".".join(module.split(".")[:3]) if module.startswith("pages.shared.") else None


@cache
def users(part: str) -> frozenset[str]:
    """List the pages (and the app) that need a part of pages/shared, directly or through other parts."""
    found: set[str] = set()
    for path in FILES:
        name = name_of(path)
        if shared_part(name) != part and part in {shared_part(each.module) for each in imports(path)}:
            found |= users(str(shared_part(name))) if shared_part(name) else {page_of(name)}
    return frozenset(found)


@pytest.mark.parametrize("part", sorted(filter(None, set(map(shared_part, MODULES)))))
def test_what_is_shared_serves_more_than_one_page(part: str) -> None:
    assert users(part) == {"app"} or len(users(part)) > 1, f"{part} belongs to {users(part)}"


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
    assert lines <= (50 if path.name == "app.py" else MAX_FILE), f"it has {lines} lines"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            start = first.end_lineno if documented and first.end_lineno else node.lineno
            length = (node.end_lineno or start) - start
            assert length <= MAX_FUNCTION, f"{node.name} has {length} lines"


@cache
def _calls(path: Path) -> frozenset[str]:
    return frozenset(ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


@each("east")
def test_the_library_does_not_print(path: Path) -> None:
    assert "print" not in _calls(path) or floor(name_of(path)) in PRINTING


@each("east pages app.py")
def test_nothing_is_unpickled_evaluated_or_seeded_globally(path: Path) -> None:
    modules = {found.module.split(".")[0] for found in imports(path)}
    assert not modules & {"pickle", "cloudpickle", "marshal", "shelve", "dill"}
    calls = _calls(path)
    assert not calls & {"eval", "exec", "compile", "torch.load", "joblib.load", "pd.read_pickle"}
    assert not calls & {"torch.manual_seed", "torch.cuda.manual_seed_all", "np.random.seed", "random.seed"}


@each("pages app.py")
def test_only_one_module_touches_the_session(path: Path) -> None:
    touched = {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    assert "st.session_state" not in touched or path.name == "session.py"


def test_what_tests_share_lies_in_a_file_of_its_own() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        taken = [found.module for found in imports(path) if found.module.startswith("tests.test_")]
        assert not taken, f"{path.name} takes from {taken}"


def test_importing_the_library_costs_nothing() -> None:
    assert not loaded_after("import east") & {"torch", "sklearn", "skrub", "pandas", "numpy"}


def test_the_first_page_is_drawn_without_torch() -> None:
    shared = [name_of(path) for path in (ROOT / "pages" / "shared").rglob("*.py")]
    found = loaded_after(f"import {', '.join([*(f'east.{name}' for name in sorted(TORCH_FREE)), *shared])}")
    assert "streamlit" in found
    assert not found & {"torch", "skrub"}
