"""What answers without an API key."""

from farebox.handler import Answer, Request

TO_COME = "The checkout page is not built yet. Checkouts will open here.\n"


def health(request: Request) -> Answer:
    """Whether this deployment answers at all; it asks nothing of the database."""
    return Answer(200, {"status": "ok"})


def checkout(request: Request, id: str) -> Answer:
    """Says plainly that the hosted page does not exist yet."""
    return Answer(200, TO_COME, content_type="text/plain; charset=utf-8")
