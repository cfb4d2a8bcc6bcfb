"""The section on events: the outbox, as it is read."""

import ast
import re

from farebox.operations.reads import KINDS
from farebox.storage.commit import EVENT_LIFETIME
from tests.reference import ROOT, examples
from tests.reference.shared_sections import Lines, fenced, filled
from tests.reference.words import listed

_TYPE = re.compile(rf"({'|'.join(kind.kind for kind in KINDS.values())})\.[a-z_]+")


def event_types() -> list[str]:
    """The type of every event, as the decisions have them."""
    return sorted(
        {
            node.value
            for path in (ROOT / "shared" / "farebox" / "billing").glob("*.py")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _TYPE.fullmatch(node.value)
        }
    )


def events() -> Lines:
    """What happened, and how to read it."""
    yield filled(f"""
        What happened, newest first, for {EVENT_LIFETIME.days} days: the `type`, and as `data` the
        record as it was right after. `order.updated` always comes together with the more specific
        event, where there is one; that a charge is under way is no event. The types:
        {listed(event_types())}.
    """)
    yield fenced(f"{examples.request('get_event')}\n{examples.answer('get_event')}")
