"""docs/api.md says what the code does today."""

import json
import re

import pytest

from farebox.operations.catalogue import RESOURCES
from farebox.operations.reads import KINDS
from farebox.operations.routes import routes
from tests.reference import ROOT
from tests.reference.codes import rule_codes
from tests.reference.document import document
from tests.reference.examples import PAIRS

WRITTEN = ROOT / "docs" / "api.md"
AGAIN = "docs/api.md is behind the code: python -m tests.reference > docs/api.md"
CREATES = [("POST", f"/v1/{name}") for name in KINDS if name not in RESOURCES]
ROUTES = [(method, path) for method, path, _ in routes()] + CREATES


def test_the_reference_is_the_one_that_the_code_writes() -> None:
    """Else a stranger sends a field that is refused, or never learns of one that is taken."""
    same = WRITTEN.read_text(encoding="utf-8") == document()

    assert same, AGAIN


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_is_in_the_reference(method: str, path: str) -> None:
    """Else a call that exists is found by nobody."""
    shown = re.sub(r"<\w+>", r"{\\w+}", re.escape(path))

    assert re.search(f"`{method} {shown}`", document())


def test_every_code_that_a_golden_answer_carries_is_in_the_reference() -> None:
    """Else a client meets an error that it could not have prepared for."""
    known = [re.sub("<.*?>", r"\\w+", code) for code in rule_codes()]
    told = {
        error["code"]
        for path in PAIRS.glob("problem_*.response.json")
        for error in json.loads(path.read_text(encoding="utf-8"))["body"]["errors"]
    }

    assert told
    assert [code for code in sorted(told) if not any(re.fullmatch(k, code) for k in known)] == []
