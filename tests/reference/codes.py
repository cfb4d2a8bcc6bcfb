"""Problems, and the codes of the rules that requests break, as the source has them."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

from farebox.mounts import MOUNTED
from farebox.problems import Conflict, InvalidRequest, Problem
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
    """The code of a problem: of the first broken rule, the one it is raised with, or its own."""
    if issubclass(kind, InvalidRequest):
        return "of the first rule"
    raised = _raised(kind, _calls())
    return ", ".join(f"`{code}`" for code in sorted(raised) or [kind.code])


def conflict_codes(module: ModuleType) -> list[str]:
    """The codes of the conflicts that one module raises."""
    return sorted(_raised(Conflict, _calls_in(Path(str(module.__file__)))))


def rule_codes() -> list[str]:
    """Every code that ``errors`` may hold; ``<…>`` stands for what it is about."""
    found = {*check._CODES.values(), "invalid_type"}
    for kind in (*check._MESSAGES, *WORDLESS):
        found.add(check._CODES.get(kind, kind))
    for call in _calls():
        if any(word.arg == "param" for word in call.keywords):
            found.update(_keyword(call))
        place = CODE_OF.get(_name(call))
        for code in call.args[place : place + 1] if place is not None else ():
            found.update(_spelt(code))
    return sorted(code for code in found if not _is_a_wrong_type(code))


def _is_a_wrong_type(code: str) -> bool:
    """Told as invalid_type, as validation/check.py has it."""
    return code.endswith("_type") and code != "invalid_type" and not code.startswith("unknown_")


def _raised(kind: type[Problem], calls: Iterable[ast.Call]) -> set[str]:
    return {code for call in calls if _name(call) == kind.__name__ for code in _keyword(call)}


@cache
def _calls() -> tuple[ast.Call, ...]:
    """Every call in the package, but for those of other languages."""
    package = ROOT / "shared" / "farebox"
    return tuple(
        call
        for path in sorted(package.rglob("*.py"))
        if not {path.stem, *path.relative_to(package).parts}.intersection(MOUNTED)
        for call in _calls_in(path)
    )


def _calls_in(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _keyword(call: ast.Call) -> Iterator[str]:
    for word in call.keywords:
        if word.arg == "code":
            yield from _spelt(word.value)


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
