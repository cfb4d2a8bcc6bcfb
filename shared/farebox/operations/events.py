"""What happened, newest first: the outbox as a list."""

from farebox import dialects
from farebox.handler import Answer, Request
from farebox.operations.reads import KINDS
from farebox.problems import NotFound
from farebox.storage import outbox
from farebox.storage.load import load

SCOPE = "events:read"
_KINDS = {kind.kind: kind for kind in KINDS.values()}


def get(request: Request, id: str) -> Answer:
    """GET one event, with the record as it was right after."""
    tenant = load(request, SCOPE).tenant
    event = outbox.event(tenant, id, _KINDS)
    if event is None:
        raise NotFound("There is no such event")
    return dialects.of(request).write_event(event)


def list_newest_first(request: Request) -> Answer:
    """GET a page of events."""
    dialect = dialects.of(request)
    limit, cursor = dialect.read_page(request, ())
    tenant = load(request, SCOPE).tenant
    events, next_cursor = outbox.page(tenant, limit, cursor, _KINDS)
    return dialect.write_events(events, next_cursor)
