"""What answers without an API key."""

from farebox.handler import Answer, Request


def health(request: Request) -> Answer:
    """Whether this deployment answers at all; it asks nothing of the database."""
    return Answer(200, {"status": "ok"})
