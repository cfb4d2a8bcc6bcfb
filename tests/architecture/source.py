"""The source as `ast` sees it: which module imports which, and when."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shared" / "farebox"
FUNCTIONS = ROOT / "functions"


@dataclass(frozen=True)
class Import:
    """One module imports another: wholly, or for type annotations only."""

    importer: str
    imported: str
    types_only: bool
    line: int

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


@cache
def modules() -> Mapping[str, Path]:
    """Every module of the package and every function, by its dotted name."""
    found = {f"functions.{path.stem}": path for path in FUNCTIONS.glob("*.py")}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def imports() -> tuple[Import, ...]:
    """Every import, those inside functions and under TYPE_CHECKING included."""
    return tuple(
        each for name, path in modules().items() for each in _of(name, tree(path).body, False)
    )


def _of(importer: str, nodes: list[ast.stmt], types_only: bool) -> Iterator[Import]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(importer, _ours(alias.name), types_only, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{importer}:{node.lineno} imports relatively"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                name = whole if whole in modules() else _ours(str(node.module))
                yield Import(importer, name, types_only, node.lineno)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from _of(importer, node.body, True)
            yield from _of(importer, node.orelse, types_only)
        else:
            for part in ("body", "orelse", "finalbody", "handlers", "cases"):
                yield from _of(importer, getattr(node, part, []), types_only)


def _ours(name: str) -> str:
    """A function imports its siblings by their bare names."""
    return f"functions.{name}" if f"functions.{name}" in modules() else name
