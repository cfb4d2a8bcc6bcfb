"""Instants as text: RFC 3339 in UTC, to the millisecond."""

from datetime import UTC, datetime


def stamp(instant: datetime) -> str:
    """``2026-01-31T12:00:00.000Z``: texts that sort as their instants do."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """The instant that ``stamp`` wrote."""
    return datetime.fromisoformat(text)
