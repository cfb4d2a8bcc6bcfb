"""The only code that knows a payment processor; the charge worker is the only one to load it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from farebox.payments.processor import Processor
    from farebox.storage.keys import Tenant

_chosen: "Processor | None" = None


class UnknownProcessor(Exception):
    """An organization names a processor that this version does not have."""


def of(name: str, tenant: "Tenant") -> "Processor":
    """The processor of an organization in one mode. Raises ``UnknownProcessor``."""
    if _chosen is not None:
        return _chosen
    if name == "sandbox":
        from farebox.payments.sandbox import Sandbox

        return Sandbox(tenant)
    raise UnknownProcessor(name)


def use(other: "Processor | None") -> None:
    """Put another processor in place of all, for tests and the simulator."""
    global _chosen
    _chosen = other
