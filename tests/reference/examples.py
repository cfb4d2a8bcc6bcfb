"""Requests and their answers as the golden pairs have them, shortened to be read."""

import json
import re
import textwrap
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from farebox import ids
from farebox.operations.reads import KINDS
from tests.reference import ROOT

PAIRS = ROOT / "tests" / "wire" / "farebox"
IN_EVERY_RECORD = ("object", "livemode", "created_at", "updated_at")
WIDTH = 130
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_PLACEHOLDER = re.compile(r"\{(\w+)(?:\.data\.0)?\.id\}")
PREFIXES = {name: kind.prefix for name, kind in KINDS.items()} | {"events": "evt"}


def request(pair: str) -> str:
    """The request of a pair; an id that an earlier answer gave is its prefix."""
    asked = _asked(pair)
    body = [_shown(asked["body"])] if "body" in asked else []
    return "\n".join([f"{asked['method']} {asked['path']}", *body])


def answer(pair: str, without: Collection[str] = ()) -> str:
    """The answer of a pair: what is not empty, not as it was sent and not in every record."""
    written = _read(pair, "response")
    sent = _without_empty(_asked(pair).get("body", {}))
    told = _without_empty(written["body"])
    body = {
        name: value[:1] if isinstance(value, list) and name == "data" else value
        for name, value in told.items()
        if name not in without and value != sent.get(name)
    }
    return f"{written['status']}\n{_shown(body)}"


def body(pair: str) -> Any:
    """What a pair answers, all of it."""
    return _read(pair, "response")["body"]


def problem(pair: str) -> str:
    """The answer of a pair, whole."""
    written = _read(pair, "response")
    return f"{written['status']}\n{_shown(written['body'])}"


def _asked(pair: str) -> Any:
    written = _read(pair, "request")

    def prefix(match: re.Match[str]) -> str:
        collection = urlsplit(written["given"][match[1]]["path"]).path.split("/")[2]
        return f"{PREFIXES[collection]}_…"

    return json.loads(_PLACEHOLDER.sub(prefix, json.dumps(written["request"], ensure_ascii=False)))


def _read(pair: str, part: str) -> Any:
    return json.loads(_short_ids((PAIRS / f"{pair}.{part}.json").read_text(encoding="utf-8")))


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        shortened = {name: _without_empty(item) for name, item in value.items()}
        return {
            name: item
            for name, item in shortened.items()
            if item not in (None, {}, []) and name not in IN_EVERY_RECORD
        }
    return [_without_empty(item) for item in value] if isinstance(value, list) else value


def _short_ids(text: str) -> str:
    return ids.PATTERN.sub(lambda match: match[0].partition("_")[0] + "_…", text)


def _shown(value: Any) -> str:
    """JSON in lines of a readable width, broken between fields only."""
    text = json.dumps(value, ensure_ascii=False)
    joined = _QUOTED.sub(lambda match: match[0].replace(" ", "\0"), text).replace('": ', '":\0')
    wrapped = textwrap.fill(
        joined, WIDTH, subsequent_indent=" ", break_long_words=False, break_on_hyphens=False
    )
    return wrapped.replace("\0", " ")
