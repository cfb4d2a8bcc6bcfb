"""The section on events: the outbox, as it is read."""

import ast
from collections.abc import Iterator

from farebox.billing import checkouts, order_states
from farebox.storage.commit import EVENT_LIFETIME
from tests.reference import ROOT, examples
from tests.reference.shared_sections import Lines, fenced, filled
from tests.reference.words import listed


def event_types() -> list[str]:
    """The type of every event, as the decisions have them."""
    by_state = (*order_states.EVENTS.values(), *checkouts.EVENTS.values())
    found = {each for events in by_state for each in events}
    for path in (ROOT / "shared" / "farebox" / "billing").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "events":
                found.update(_constants(node.value))
    return sorted(found)


def _constants(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def events() -> Lines:
    """What happened, and how to read it."""
    yield filled(f"""
        What happened, newest first, for {EVENT_LIFETIME.days} days: the `type`, and as `data` the
        record as it was right after. `order.updated` always comes together with the more specific
        event, where there is one; that a charge is under way is no event. The types:
        {listed(event_types())}.
    """)
    yield fenced(f"{examples.request('get_event')}\n{examples.answer('get_event')}")
