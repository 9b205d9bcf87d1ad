"""The product's source files, what each imports, and the floors of the house."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
FILES = sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "east").rglob("*.py")])

# One way down: a module of east may import what it points to, and whatever lies below that.
ARROWS: dict[str, tuple[str, ...]] = {
    "errors": (),
    "plain_text": (),
    "synthetic": ("rules", "dataset"),
    "references": ("dataset",),
    "threads": (),
    "version": (),
    "options": ("errors",),
    "annealing": ("errors",),
    "metrics": ("options",),
    "tables": ("errors",),
    "network": ("errors",),
    "shapes": ("errors",),
    "confusion": ("annealing", "shapes"),
    "dataset": ("tables", "options"),
    "losses": ("confusion", "metrics", "annealing"),
    "rules": ("metrics", "threads"),
    "training": ("losses", "rules", "network", "dataset", "threads", "options"),
    "streaming": ("training",),
    "run": ("training",),
    "comparison": ("training", "references"),
    "microscope": ("losses",),
    "figures": ("run", "comparison", "microscope", "synthetic", "plain_text"),
    "lesson": ("run", "comparison", "synthetic"),
    "export": ("figures",),
    "kept": ("export",),
    "tracking": ("run", "comparison"),
    "estimator": ("export",),
    "benchmark": ("training", "comparison", "synthetic"),
    "command_line": ("benchmark", "streaming", "estimator", "kept", "tracking", "version", "plain_text"),
    "__main__": ("command_line",),
    "__init__": ("estimator", "training", "version"),
}


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
