"""How often somebody may try something that is worth trying a thousand times: a card, a code.

Counted in windows of time, each an item that DynamoDB removes once it is over. What is counted
stays counted, whatever becomes of the attempt.
"""

import hashlib
import ipaddress
from dataclasses import dataclass

from farebox import clock
from farebox.problems import RateLimited
from farebox.settings import settings
from farebox.storage import keys
from farebox.storage.connection import connection
from farebox.storage.keys import Tenant

# A household, and often a provider's customer, has all the addresses of one such network.
IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts in each window of so many seconds."""

    attempts: int
    seconds: int


OF_A_CHECKOUT = Limit(20, 3600)
# Of looking a code up, which every change of the units does once one is applied.
OF_CODES = Limit(50, 3600)
OF_AN_ADDRESS = Limit(60, 600)


def count_attempt(tenant: Tenant, checkout: str, address: str, *, pays: bool = True) -> None:
    """Count one more attempt on a checkout, from an address: to pay it, or only to use a code.
    Raises ``RateLimited``."""
    _count(tenant, f"address#{_hidden(tenant, address)}", OF_AN_ADDRESS)
    if pays:
        _count(tenant, f"checkout#{checkout}", OF_A_CHECKOUT)
    else:
        _count(tenant, f"codes#{checkout}", OF_CODES)


def _count(tenant: Tenant, what: str, limit: Limit) -> None:
    now = int(clock.now().timestamp())
    number = now // limit.seconds
    ends = (number + 1) * limit.seconds
    place = keys.window(tenant, what, number)
    if connection().count_up(settings().ephemeral_table, place, expires_at=ends) > limit.attempts:
        raise RateLimited(ends - now)


def _hidden(tenant: Tenant, address: str) -> str:
    """An address, told apart from others and not written down."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        bits = IPV6_PREFIX if found.version == 6 else found.max_prefixlen
        network = str(ipaddress.ip_network((found, bits), strict=False))
    return hashlib.sha256(f"{tenant.prefix}{network}".encode()).hexdigest()[:32]
