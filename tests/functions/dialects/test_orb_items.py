"""Orb's items are our products."""

import pytest

from tests.client import Api
from tests.functions.dialects.orb_calls import UNIT, new_item, price, refused


@pytest.fixture
def item(api: Api) -> str:
    return new_item(api)


def test_an_item_is_a_product(api: Api, item: str) -> None:
    changed = api.call("PUT", f"/orb/items/{item}", {"name": "Calls", "metadata": {"a": "b"}})
    archived = api.post(f"/orb/items/{item}/archive")
    again = api.post(f"/orb/items/{item}/archive")

    assert changed.body["name"] == "Calls"
    assert changed.body["archived_at"] is None
    assert archived.body["archived_at"]
    assert again.body == archived.body == api.get(f"/orb/v1/items/{item}").body
    ours = api.get(f"/v1/products/{item}").body
    assert (ours["name"], ours["active"], ours["metadata"]) == ("Calls", False, {"a": "b"})
    assert archived.body in api.get("/orb/v1/items").body["data"]


def test_a_price_shows_the_name_that_its_item_has_now(api: Api, item: str) -> None:
    id = price(api, item)["id"]
    api.call("PUT", f"/orb/v1/items/{item}", {"name": "Calls", "external_connections": []})

    assert api.get(f"/orb/v1/prices/{id}").body["item"]["name"] == "Calls"
    assert api.get("/orb/v1/prices").body["data"][0]["item"]["name"] == "Calls"


def test_no_price_is_made_of_what_is_not_there_or_not_sold(api: Api, item: str) -> None:
    api.post(f"/orb/v1/items/{item}/archive")

    for id in (item, "item_001"):
        answer = api.post("/orb/v1/prices", {**UNIT, "item_id": id})
        assert refused(answer, 400, "400-constraint-violation").startswith("item_id: ")
