"""Somebody else's records, and answers without what differs between any two."""

import re
from typing import Any

from farebox import ids
from farebox.billing.payers import PaymentMethod
from farebox.settings import settings
from farebox.storage import connection, items
from farebox.storage.commit import ABSENT
from farebox.storage.connection import Put
from farebox.storage.keys import Tenant
from tests.client import Answered, Api

UNKNOWN = "00000000000000000000000000"
SECRET = "nobody else may read this"
_ID = re.compile(r"[a-z]+_[0-9a-hjkmnp-tv-z]{26}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


class Neighbour:
    """One record of each kind, made by somebody else."""

    def __init__(self, api: Api) -> None:
        self.organization = api.organization
        price = api.price(
            name=SECRET, lookup_key="seat", external_price_id="erp-1", metadata={"note": SECRET}
        )
        product = api.patch(
            f"/v1/products/{price['product']}",
            {"name": SECRET, "external_id": "erp-1", "default_price": price["id"]},
        ).body
        customer = api.customer(name=SECRET, external_id="crm-1", email="ada@example.com")
        method = kept_card(api, customer)
        lines = [{"price": price["id"], "quantity": 1, "description": SECRET}]
        order = api.order(customer=customer["id"], line_items=lines)
        discount = api.post(
            "/v1/discounts",
            {"name": SECRET, "code": "SPRING", "type": "percentage", "basis_points": 5000},
        ).body
        checkout = api.post(
            "/v1/checkouts",
            {"customer": customer["id"], "line_items": lines, "request_id": "cart-7"},
        ).body
        self.ids: dict[str, str] = {
            "products": product["id"],
            "prices": price["id"],
            "customers": customer["id"],
            "discounts": discount["id"],
            "payment_methods": method,
            "orders": order["id"],
            "checkouts": checkout["id"],
            "events": api.get("/v1/events?limit=1").body["data"][0]["id"],
        }


def kept_card(api: Api, customer: Any) -> str:
    """A payment method, in live mode too, where nobody can make one yet."""
    tenant = Tenant(api.organization, customer["livemode"])
    kept: dict[str, Any] = {
        **{name: customer[name] for name in ("livemode", "created_at", "updated_at")},
        "brand": "visa",
        "last4": "4242",
        "exp_month": 12,
        "exp_year": 2031,
        "processor": "sandbox",
        "token": SECRET,
        "customer": customer["id"],
    }
    method = PaymentMethod(id=ids.new("pm"), **kept)
    put = Put(settings().core_table, items.record_item(tenant, method, ""), ABSENT)
    connection.connection().transact([put], ids.entropy(16).hex())
    return method.id


def unknown_like(id: str) -> str:
    return f"{id.partition('_')[0]}_{UNKNOWN}"


def blurred(answer: Answered) -> tuple[int, str]:
    """An answer without what differs between any two: ids and times."""
    return answer.status, _TIME.sub("TIME", _ID.sub("ID", answer.text))
