"""What happened, newest first: the outbox as a list."""

from farebox.dialects import farebox
from farebox.handler import Answer, Request
from farebox.operations.reads import KINDS
from farebox.problems import NotFound
from farebox.storage import outbox
from farebox.storage.load import load

SCOPE = "events:read"
PREFIX = "evt"
_KINDS = {kind.kind: kind for kind in KINDS.values()}


def get(request: Request, id: str) -> Answer:
    """GET one event, with the record as it was right after."""
    tenant = load(request, SCOPE).tenant
    event = outbox.event(tenant, id, _KINDS)
    if event is None:
        raise NotFound("There is no such event")
    return farebox.write_event(event)


def list_newest_first(request: Request) -> Answer:
    """GET a page of events."""
    paging = farebox.read_page(request, (), PREFIX)
    tenant = load(request, SCOPE).tenant
    return farebox.write_events(outbox.page(tenant, paging, _KINDS))
