"""What a key may do."""

import pytest

from farebox.billing.organizations import ALL_SCOPES, ApiKey


@pytest.mark.parametrize(
    ("scopes", "scope", "allowed"),
    [
        ((ALL_SCOPES,), "orders:write", True),
        (("orders:write",), "orders:write", True),
        (("orders:write", "prices:read"), "prices:read", True),
        (("orders:read",), "orders:write", False),
        (("orders",), "orders:write", False),
        (("orders:*",), "orders:write", False),
        ((), "orders:write", False),
    ],
)
def test_a_key_may_do_what_its_scopes_name_and_nothing_else(
    scopes: tuple[str, ...], scope: str, allowed: bool
) -> None:
    """Else a key that was made for reading charges cards."""
    key = ApiKey(organization="org_1", livemode=False, created_at="now", scopes=scopes)

    assert key.allows(scope) is allowed
