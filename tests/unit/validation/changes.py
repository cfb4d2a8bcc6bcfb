"""One field changed in a document that is right otherwise."""

import copy
import re
from typing import Any, TypeVar

Document = TypeVar("Document")


def changed(document: Document, path: str, value: Any) -> Document:
    """A copy of ``document`` with ``tiers[1].up_to``, say, as ``value``; ``...`` takes it away."""
    after: Any = copy.deepcopy(document)
    *way, last = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path)]
    holder: Any = after
    for part in way:
        holder = holder[part]
    if value is ...:
        holder.pop(last, *([None] if isinstance(holder, dict) else []))
    elif isinstance(holder, list) and last == len(holder):
        holder.append(value)
    else:
        holder[last] = value
    return after  # type: ignore[no-any-return]
