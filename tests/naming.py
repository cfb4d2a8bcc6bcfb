"""One operation has one name everywhere; this turns one spelling into the other."""

import re


def operation_of(logical_id: str) -> str:
    """CreatePriceFunction serves create_price."""
    words = re.findall(r"[A-Z][a-z]*", logical_id.removesuffix("Function"))
    return "_".join(words).lower()
