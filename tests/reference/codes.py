"""Problems, and the codes of the rules that requests break, as the source has them."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from farebox.problems import InvalidRequest, Problem
from farebox.validation import check
from tests.reference import ROOT

# Where in its arguments each of these is given a code.
CODE_OF: Mapping[str, int] = {
    "PydanticCustomError": 0,
    "broken": 0,
    "_malformed": 0,
    "FieldError": 1,
    "add": 1,
}
# Pydantic's own that validation/check.py has no words for.
WORDLESS = ("string_pattern_mismatch",)


def problems(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every class of problem, the general ones first."""
    yield kind
    for each in kind.__subclasses__():
        yield from problems(each)


def code_of(kind: type[Problem]) -> str:
    """The code of a problem; a request that breaks rules has that of the first."""
    return "of the first rule" if issubclass(kind, InvalidRequest) else f"`{kind.code}`"


def rule_codes() -> list[str]:
    """Every code that ``errors`` may hold; ``<…>`` stands for what it is about."""
    found = {*check._CODES.values(), "invalid_type"}
    for kind in (*check._MESSAGES, *WORDLESS):
        found.add(check._CODES.get(kind, kind))
    for path in sorted((ROOT / "shared" / "farebox").rglob("*.py")):
        found.update(_codes_in(path))
    return sorted(code for code in found if not _is_a_wrong_type(code))


def _is_a_wrong_type(code: str) -> bool:
    """Told as invalid_type, as validation/check.py has it."""
    return code.endswith("_type") and code != "invalid_type" and not code.startswith("unknown_")


def _codes_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        place = CODE_OF.get(name)
        given = [word.value for word in node.keywords if word.arg == "code"]
        if place is not None:
            given += node.args[place : place + 1]
        for code in given:
            yield from _spelt(code)


def _spelt(code: ast.expr) -> Iterator[str]:
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        yield code.value
    elif isinstance(code, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"<{_last_name(part)}>"
            for part in code.values
        )


def _last_name(part: ast.expr) -> str:
    assert isinstance(part, ast.FormattedValue)
    return ast.unparse(part.value).rpartition(".")[2]
