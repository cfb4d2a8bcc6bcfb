"""Instants, metadata, addresses and lists, as Stripe writes them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from farebox.handler import Json
from farebox.instants import instant


def epoch(stamp: str) -> int:
    """An instant in whole seconds."""
    return int(instant(stamp).timestamp())


def metadata(kept: Mapping[str, Any]) -> dict[str, str]:
    """Metadata, of which every value is a text here."""
    return {key: _text(value) for key, value in kept.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


# One that is being paid can still be paid by another card: only what was paid is complete.
_SESSION_STATES: Mapping[str, str] = {
    "open": "open",
    "confirmed": "open",
    "completed": "complete",
    "expired": "expired",
}


def session_status(kept: str) -> str:
    """What Stripe calls the status of a checkout."""
    return _SESSION_STATES[kept]


def address(kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A postal address, every part of it named."""
    if kept is None:
        return None
    names = ("city", "country", "line1", "line2", "postal_code")
    state = kept.get("state") or kept.get("region")
    return {**{name: kept.get(name) for name in names}, "state": state}


def listed(rows: Sequence[Json], more: bool, url: str) -> dict[str, Any]:
    """A list; its ``url`` is the path without the mount, as the SDK puts its base before it."""
    return {"object": "list", "data": rows, "has_more": more, "url": url}
