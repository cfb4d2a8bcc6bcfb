"""What every file keeps to, so that a reader finds each thing where its name says."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from farebox import problems
from local.template import read_stack
from tests.architecture.source import FUNCTIONS, PACKAGE, ROOT, modules, tree
from tests.naming import operation_of

MAXIMUM_FILE_LINES = 350
MAXIMUM_HANDLER_LINES = 40
EXACT = ("pricing", "billing")

files = pytest.mark.parametrize(
    "path", [*modules().values()], ids=lambda path: str(path.relative_to(ROOT))
)


def exact_files() -> Iterator[Path]:
    for package in EXACT:
        yield from sorted((PACKAGE / package).rglob("*.py"))


@pytest.mark.parametrize(
    "path", list(exact_files()), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_money_is_never_a_float(path: Path) -> None:
    """Else 0.1 + 0.2 is charged as 0.30000000000000004, or rounded the other way."""
    wrong = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]

    assert wrong == []


@files
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    """Else nobody reads it, and the next rule is written a second time elsewhere."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAXIMUM_FILE_LINES


@pytest.mark.parametrize("path", sorted(FUNCTIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_handler_is_a_straight_line(path: Path) -> None:
    """Else what a call does cannot be seen at a glance: read, load, decide, commit, answer."""
    (handler,) = (
        node
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and node.name == "handler"
    )

    assert handler.end_lineno is not None
    assert handler.end_lineno - handler.lineno < MAXIMUM_HANDLER_LINES
    assert not any(isinstance(node, ast.Try | ast.For | ast.While) for node in ast.walk(handler))


@files
def test_a_public_name_says_what_it_is_for(path: Path) -> None:
    """Else a reader must read the code to learn what it promises."""
    undocumented = [name for name, node in public(path) if ast.get_docstring(node) is None]

    assert undocumented == []


def public(path: Path) -> Iterator[tuple[str, ast.Module | ast.FunctionDef | ast.ClassDef]]:
    """The module and what it offers, but for what is said elsewhere: a problem's sentence stands
    in the tree that opens its file, a handler's in its module's first line, and the shape of a
    request is its fields."""
    module = tree(path)
    yield path.stem, module
    for node in module.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        drawn = path.name == "problems.py" and node.name in (problems.__doc__ or "")
        shape = PACKAGE / "validation" in path.parents and isinstance(node, ast.ClassDef)
        if not drawn and not shape and path.parent != FUNCTIONS:
            yield node.name, node


def test_one_operation_has_one_name() -> None:
    """Else a newcomer looks for the test, the example or the code of a call and finds none."""
    named = {path.stem for path in FUNCTIONS.glob("*.py")}

    assert {path.stem for path in (ROOT / "events").glob("*.json")} == named
    assert {operation_of(name) for name in read_stack(ROOT / "template.yaml").functions} == named
    tests = {path.stem for path in (ROOT / "tests" / "functions").glob("test_*.py")}
    assert tests >= {f"test_{name}" for name in named}
