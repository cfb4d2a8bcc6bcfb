"""Whose records these are, and who is asking."""

from dataclasses import dataclass

from farebox.billing.retry_policy import RetryPolicy

ALL_SCOPES = "*"
DEFAULT_CURRENCY = "usd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An organization in one mode; test and live never meet.

    ``processor`` charges its customers; without one nothing can be charged. ``return_origins`` are
    the only ones that customers may be sent to after a checkout; none is any.
    """

    id: str
    livemode: bool
    created_at: str
    name: str
    default_currency: str = DEFAULT_CURRENCY
    processor: str | None = None
    retry_policy: RetryPolicy = RetryPolicy()
    return_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is kept of a key: everything but the key. One of a ``dialect`` speaks no other."""

    organization: str
    livemode: bool
    created_at: str
    name: str = ""
    last4: str = ""
    scopes: tuple[str, ...] = (ALL_SCOPES,)
    revoked_at: str | None = None
    dialect: str | None = None

    def allows(self, scope: str) -> bool:
        """Whether the key carries ``scope`` (``orders:write``), or all of them."""
        return ALL_SCOPES in self.scopes or scope in self.scopes


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified key and the organization that it belongs to."""

    key: ApiKey
    organization: Organization

    @property
    def livemode(self) -> bool:
        return self.key.livemode
