"""Items as DynamoDB writes them: each value under the name of its type."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from farebox.storage.connection import Item


def typed(item: "Item") -> dict[str, Any]:
    """An item as it is sent."""
    return {name: _typed_value(value) for name, value in item.items()}


def plain(item: Mapping[str, Any]) -> "Item":
    """An item as it was sent back; its numbers are whole ones."""
    return {
        name: int(value["N"]) if "N" in value else next(iter(value.values()))
        for name, value in item.items()
    }


def _typed_value(value: str | int | bool) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
