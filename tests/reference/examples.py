"""Requests and their answers as the golden pairs have them, shortened to be read."""

import json
import re
import textwrap
from pathlib import Path
from typing import Any

from farebox import ids
from farebox.operations.reads import KINDS
from tests.reference import ROOT

PAIRS = ROOT / "tests" / "wire" / "farebox"
WIDTH = 130
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_PLACEHOLDER = re.compile(r"\{(\w+)\.id\}")


def request(pair: str) -> str:
    """The request of a pair; an id that an earlier answer gave is its prefix."""
    written = _read(pair, "request")
    asked = written["request"]

    def prefix(match: re.Match[str]) -> str:
        collection = Path(written["given"][match[1]]["path"]).name
        return f"{KINDS[collection].prefix}_…"

    lines = [f"{asked['method']} {asked['path']}"]
    if "body" in asked:
        lines.append(_shown(asked["body"]))
    return _PLACEHOLDER.sub(prefix, "\n".join(lines))


def answer(pair: str, *, whole: bool = False) -> str:
    """The answer of a pair, without what is null or empty unless it is wanted whole."""
    written = _read(pair, "response")
    body = written["body"] if whole else _without_empty(written["body"])
    return f"{written['status']}\n{_short_ids(_shown(body))}"


def _read(pair: str, part: str) -> Any:
    return json.loads((PAIRS / f"{pair}.{part}.json").read_text(encoding="utf-8"))


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        shortened = {name: _without_empty(item) for name, item in value.items()}
        return {name: item for name, item in shortened.items() if item not in (None, {}, [])}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value


def _short_ids(text: str) -> str:
    return ids.PATTERN.sub(lambda match: match[0].partition("_")[0] + "_…", text)


def _shown(value: Any) -> str:
    """JSON in lines of a readable width, broken between fields only."""
    text = _short_ids(json.dumps(value, ensure_ascii=False))
    joined = _QUOTED.sub(lambda match: match[0].replace(" ", "\0"), text)
    wrapped = textwrap.fill(
        joined, WIDTH, subsequent_indent=" ", break_long_words=False, break_on_hyphens=False
    )
    return wrapped.replace("\0", " ")
