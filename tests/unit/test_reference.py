"""docs/api.md says what the code does today."""

import json
import re
from typing import Any

import pytest

from farebox.billing import charge_requests, declines, order_states
from farebox.operations.catalogue import RESOURCES
from farebox.operations.reads import KINDS
from farebox.operations.routes.farebox import routes
from tests.reference import ROOT, charging
from tests.reference.codes import code_of, conflict_codes, problems, rule_codes
from tests.reference.document import document
from tests.reference.examples import PAIRS
from tests.reference.outbox import event_types

WRITTEN = ROOT / "docs" / "api.md"
AGAIN = "docs/api.md is behind the code: python -m tests.reference > docs/api.md"
CREATES = [("POST", f"/v1/{name}") for name in KINDS if name not in RESOURCES]
ROUTES = [(method, path) for method, path, _ in routes({})] + CREATES


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
    whole = [code for kind in problems() for code in re.findall(r"`(\w+)`", code_of(kind))]
    answers = [answer["body"] for answer in golden_answers("problem_*")]
    rules = {error["code"] for answer in answers for error in answer["errors"]}
    conflicts = {answer["code"] for answer in answers if not answer["errors"]}

    assert rules
    assert [code for code in sorted(rules) if not any(re.fullmatch(k, code) for k in known)] == []
    assert conflicts
    assert conflicts - set(whole) == set()


def test_every_event_that_a_golden_answer_shows_is_in_the_reference() -> None:
    """Else a client waits for an event under a name that it never has."""
    (answer,) = golden_answers("list_events")

    assert {event["type"] for event in answer["body"]["data"]} <= set(event_types())


def test_the_reference_explains_what_there_is_and_no_more() -> None:
    """Else a state, a decline or a conflict stands there that the code no longer has."""
    assert list(charging.MEANS) == list(order_states.NEXT)
    assert set(charging.THEN) == {declines.TEMPORARY, *declines._CODES.values()}
    assert sorted(charging.CONFLICTS) == conflict_codes(charge_requests)


def golden_answers(pairs: str) -> list[Any]:
    """The answers that are written down for pairs of this name."""
    paths = sorted(PAIRS.glob(f"{pairs}.response.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]
