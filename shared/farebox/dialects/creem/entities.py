"""What all of Creem's objects begin and end with."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from farebox.billing.records import Record


def head(record: "Record") -> dict[str, Any]:
    """Which record of which kind this is; live mode is called prod."""
    mode = "prod" if record.livemode else "test"
    return {"id": record.id, "mode": mode, "object": record.kind}


def dates(record: "Record") -> dict[str, Any]:
    """When it was made, and changed last."""
    return {"created_at": record.created_at, "updated_at": record.updated_at}
