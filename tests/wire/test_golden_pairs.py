"""Golden pairs: a request, and the answer that every client out there already relies on.

``<dialect>/<name>.request.json`` holds the ``request`` (``method``, ``path``, ``body`` or
``raw_body``, ``headers``, ``key`` where it is not the organization's own, ``scopes`` where its key
may do no more) and, under ``given``, the named requests before it; ``{name.field}`` and
``{name.data.0.field}`` stand for what one of those answered, ``{organization.id}`` for whose key it
is. The answer, ``<dialect>/<name>.response.json``, must be the same to the last field, with the
clock stopped and ids counted. The charge worker is there, the schedule is not: what is charged
while the caller waits is charged, what falls due later waits for ever.

To add a pair, write its request. To write all answers anew, after a change that is meant:
``FAREBOX_GOLDEN=write python -m pytest tests/wire``, then read the difference. Where CI is set that
is refused, so that no build agrees with itself.
"""

import json
import os
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import simplejson

from farebox import bootstrap
from tests.client import Answered, Api
from tests.clocks import counted_ids, stopped_clock

FOLDER = Path(__file__).parent
PAIRS = sorted(
    str(path.relative_to(FOLDER)).removesuffix(".request.json")
    for path in FOLDER.glob("*/*.request.json")
)
ORGANIZATION = "org_of_this_test"
_PLACEHOLDER = re.compile(r"\{(\w+)((?:\.\w+)+)\}")


@pytest.mark.parametrize("pair", PAIRS)
def test_a_request_gets_the_answer_that_is_written_down(api: Api, pair: str) -> None:
    written = json.loads((FOLDER / f"{pair}.request.json").read_text())
    expected = FOLDER / f"{pair}.response.json"

    with stopped_clock() as stopped, counted_ids():
        made: dict[str, Any] = {"organization": {"id": api.organization}}
        for name, request in written.get("given", {}).items():
            answer = sent(api, request, made)
            assert answer.status < 300, f"{name}: {answer.text}"
            made[name] = answer.body
            stopped.advance(seconds=1)
        got = shown(sent(api, written["request"], made)).replace(api.organization, ORGANIZATION)

    if may_write():
        expected.write_text(got)
    assert got == expected.read_text()


def test_every_answer_that_is_written_down_belongs_to_a_request() -> None:
    answers = {
        str(path.relative_to(FOLDER)).removesuffix(".response.json")
        for path in FOLDER.glob("*/*.response.json")
    }

    assert answers == set(PAIRS)


def test_a_build_never_writes_what_it_is_compared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAREBOX_GOLDEN", "write")
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="FAREBOX_GOLDEN"):
        may_write()


def sent(api: Api, request: Mapping[str, Any], made: Mapping[str, Any]) -> Answered:
    """The answer to a written request."""
    client = api.with_key(request["key"]) if "key" in request else api
    if "scopes" in request:
        scopes = tuple(request["scopes"])
        key = bootstrap.create_key(api.organization, livemode=False, scopes=scopes)
        client = api.with_key(key)
    body: Any = filled(request.get("body"), made)
    if "raw_body" in request:
        body = filled(request["raw_body"], made).encode()
    path = filled(request["path"], made)
    return client.call(request["method"], path, body, **request.get("headers", {}))


def filled(value: Any, made: Mapping[str, Any]) -> Any:
    """A part of a request with what earlier answers said in place of their names."""
    if isinstance(value, dict):
        return {name: filled(item, made) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, made) for item in value]
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: answered(made[match[1]], match[2]), value)
    return value


def answered(value: Any, path: str) -> str:
    """What stands at a path such as ``.data.0.id``."""
    for part in path.split(".")[1:]:
        value = value[int(part) if isinstance(value, list) else part]
    return str(value)


def shown(answer: Answered) -> str:
    """An answer as it is written down: exact numbers, fields in their order."""
    is_json = answer.text and "json" in answer.headers["content-type"]
    body = json.loads(answer.text, parse_float=Decimal) if is_json else answer.text
    document = {"status": answer.status, "headers": dict(answer.headers), "body": body}
    text: str = simplejson.dumps(document, indent=2, ensure_ascii=False)
    return f"{text}\n"


def may_write() -> bool:
    """Whether answers are to be written anew."""
    if os.environ.get("FAREBOX_GOLDEN") != "write":
        return False
    if os.environ.get("CI"):
        pytest.fail("FAREBOX_GOLDEN=write is for a developer's machine, and CI is set here")
    return True
