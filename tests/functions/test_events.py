"""Events: each change is told once, in turn, with the record as it was right after."""

from typing import Any

import pytest

from farebox import ids
from farebox.billing.catalogue import Product
from farebox.billing.records import Event
from farebox.settings import settings
from farebox.storage import connection, items, keys
from farebox.storage.commit import ABSENT
from farebox.storage.connection import Put
from farebox.storage.keys import Tenant
from tests.client import Api
from tests.functions.shop import Shop
from tests.functions.test_lists import encoded
from tests.refusals import refusal
from tests.tables import nothing_stored

CREATED = "order.created"
SCHEDULED = PROCESSING = "order.updated"
PAID = ("order.updated", "order.paid")
DECLINED = ("order.updated", "order.payment_failed")
WAITS = ("order.updated", "order.payment_action_required")
CANCELED = ("order.updated", "order.canceled")


def walk(api: Api, limit: int) -> list[Any]:
    """Every event, page by page, as a merchant catches up."""
    found: list[Any] = []
    path = f"/v1/events?limit={limit}"
    while True:
        page = api.get(path).body
        assert len(page["data"]) <= limit
        assert page["has_more"] == (page["next_cursor"] is not None)
        found += page["data"]
        if not page["has_more"]:
            return found
        path = f"/v1/events?limit={limit}&cursor={page['next_cursor']}"


@pytest.mark.parametrize(
    ("card", "then", "told"),
    [
        ("success", [], [CREATED, *PAID]),
        ("declined_once", [{"days": 2}], [CREATED, *DECLINED, *PAID]),
        ("lost_card", [{"days": 9}], [CREATED, *DECLINED]),
        ("authentication_required", [{"days": 9}], [CREATED, *WAITS]),
        ("timeout_with_effect", [{"minutes": 1}], [CREATED, *PAID]),
        ("timeout_without_effect", [{"minutes": 1}], [CREATED, *PAID]),
        ("processing", [{"minutes": 15}], [CREATED, PROCESSING, *PAID]),
        ("processing_declined", [{"minutes": 15}], [CREATED, PROCESSING, *DECLINED]),
        (None, [{"days": 9}], [CREATED, *DECLINED]),
    ],
)
@pytest.mark.parametrize("collection", ["charge_now", "scheduled"])
def test_each_change_of_an_order_is_told_once_and_in_turn(
    shop: Shop, card: str | None, then: list[dict[str, float]], told: list[str], collection: str
) -> None:
    """A merchant ships on ``order.paid``: twice is two parcels, and never is none."""
    id = shop.order(shop.customer(card), collection)
    shop.run_after(seconds=1)
    for later in then:
        shop.run_after(**later)

    assert shop.events(id) == told


@pytest.mark.parametrize(
    ("card", "told"),
    [
        ("success", PAID),
        ("declined_once", DECLINED),
        ("authentication_required", WAITS),
        ("processing", (PROCESSING,)),
        ("timeout_with_effect", ()),
        (None, DECLINED),
    ],
)
def test_a_charge_by_hand_is_told_before_its_outcome(
    shop: Shop, card: str | None, told: tuple[str, ...]
) -> None:
    id = shop.order(shop.customer(card), "draft")

    shop.charge(id)

    assert shop.events(id) == [CREATED, SCHEDULED, *told]


@pytest.mark.parametrize("card", ["declined_once", "lost_card", "authentication_required", None])
def test_a_cancellation_is_told_once(shop: Shop, card: str | None) -> None:
    id = shop.order(shop.customer(card), "charge_now")
    before = shop.events(id)

    for _ in range(2):
        shop.cancel(id)

    assert shop.events(id) == [*before, *CANCELED]


def test_each_event_shows_the_record_as_it_was_right_after(shop: Shop) -> None:
    id = shop.order(shop.customer("declined_once"), "charge_now")
    retrying = shop.read(id)
    shop.run_after(days=2)

    events = [each for each in walk(shop.api, 100)[::-1] if each["data"]["id"] == id]

    statuses = [each["data"]["status"] for each in events]
    assert statuses == ["scheduled", "retrying", "retrying", "paid", "paid"]
    assert events[1]["data"] == events[2]["data"] == retrying
    assert events[4]["data"] == shop.read(id)
    times = [each["created_at"] for each in events[2:4]]
    assert times == ["2026-01-31T12:00:00.000Z", "2026-02-02T12:00:00.000Z"]


def test_an_event_can_be_looked_at_by_itself(shop: Shop) -> None:
    shop.order(shop.customer(), "charge_now")
    listed = walk(shop.api, 100)

    for event in listed:
        assert shop.api.get(f"/v1/events/{event['id']}").body == event
        assert event.keys() == {"id", "object", "type", "livemode", "created_at", "data"}
        assert (event["object"], event["livemode"]) == ("event", False)
        assert event["type"].partition(".")[0] == event["data"]["object"]


def test_every_kind_of_record_is_told_of(shop: Shop) -> None:
    api, customer = shop.api, shop.customer()
    price = api.price()
    line = {"price": price["id"], "quantity": 1}
    api.post("/v1/discounts", {"name": "Spring", "type": "percentage", "basis_points": 1})
    api.post("/v1/checkouts", {"line_items": [line]})
    api.patch(f"/v1/products/{price['product']}", {"name": "Bench"})
    shop.order(customer)
    api.delete(f"/v1/customers/{customer}")

    told = {each["type"] for each in walk(api, 100)}

    kinds = ("customer", "product", "price", "discount", "checkout", "payment_method", "order")
    assert told == {
        *(f"{kind}.created" for kind in kinds),
        *("customer.updated", "product.updated", "customer.deleted"),
    }


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_neither_skip_nor_repeat_an_event(shop: Shop, limit: int) -> None:
    for _ in range(4):
        shop.clock.advance(seconds=1)
        shop.order(shop.customer(), "charge_now")
    everything = walk(shop.api, 100)

    found = walk(shop.api, limit)

    assert [each["id"] for each in found] == [each["id"] for each in everything]
    assert sorted((each["id"] for each in found), reverse=True) == [each["id"] for each in found]
    assert len(found) == 4 * (1 + 2 + 3)  # customer, its card and its default, order


def test_events_of_one_moment_are_each_listed_once(shop: Shop) -> None:
    for _ in range(10):
        shop.api.product()

    found = [each["id"] for each in walk(shop.api, 3)]

    assert len(found) == len(set(found)) == 10


def test_large_events_hide_none_of_those_between_them(api: Api) -> None:
    """DynamoDB ends a page at 1 MB; a merchant who catches up must not miss what lies behind."""
    tenant, made = Tenant(api.organization, False), []
    for place in range(20):
        is_large = place % 2 == 0
        text = "x" * (150 * 1024 if is_large else 10)
        made.append(kept_event(tenant, place, shard=0 if is_large else 1, text=text))

    found = [each["id"] for each in walk(api, 100)]

    assert found == made[::-1]


def kept_event(tenant: Tenant, place: int, shard: int, text: str) -> str:
    """An event of a product of this size, in a shard of the outbox."""
    at = f"2026-01-31T12:00:00.{place:03}Z"
    common: dict[str, Any] = {"livemode": False, "created_at": at}
    product = Product(id=ids.new("prod"), name="Seat", description=text, updated_at=at, **common)
    for number in range(1000):
        id = f"evt_0{place:02}{number:023}"
        if keys.event(tenant, id)["pk"] == keys.event_shard(tenant, shard):
            break
    event = Event(id=id, type="product.created", record=product, **common)
    item = items.event_item(tenant, event, "", expires_at=2_000_000_000)
    connection.connection().transact([Put(settings().events_table, item, ABSENT)], id)
    return id


@pytest.mark.parametrize(
    ("query", "broken"),
    [
        ("limit=0", ("limit", "out_of_range")),
        ("limit=101", ("limit", "out_of_range")),
        ("type=order.paid", ("type", "unknown_parameter")),
        ("customer=cus_x", ("customer", "unknown_parameter")),
        ("cursor=nonsense", ("cursor", "invalid_cursor")),
        (f"cursor={encoded('ord_' + '0' * 26)}", ("cursor", "invalid_cursor")),
        (f"cursor={encoded('evt_' + '0' * 25)}", ("cursor", "invalid_cursor")),
    ],
)
def test_a_parameter_that_the_list_does_not_have_is_refused(
    api: Api, query: str, broken: tuple[str, str]
) -> None:
    assert refusal(api.get(f"/v1/events?{query}"), 422) == [broken]


@pytest.mark.parametrize("id", ["evt_x", "evt_" + "0" * 26, "x" * 3000, "%00", "ord_" + "0" * 26])
def test_an_event_that_never_happened_is_not_found(api: Api, id: str) -> None:
    assert refusal(api.get(f"/v1/events/{id}"), 404) == []


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/v1/events", "/v1/events/evt_x"])
def test_nobody_writes_history(shop: Shop, method: str, path: str) -> None:
    shop.api.product()

    with nothing_stored(shop.stack):
        answer = shop.api.call(method, path, {})

    assert refusal(answer, 405) == []
    assert answer.headers["allow"] == "GET"


def test_another_organization_and_the_other_mode_see_none_of_it(
    shop: Shop, other: Api, live: Api
) -> None:
    shop.order(shop.customer(), "charge_now")
    own = walk(shop.api, 100)
    cursor = shop.api.get("/v1/events?limit=1").body["next_cursor"]

    for stranger in (other, live):
        assert walk(stranger, 100) == []
        assert stranger.get(f"/v1/events?cursor={cursor}").body["data"] == []
        for event in own:
            assert stranger.get(f"/v1/events/{event['id']}").status == 404
