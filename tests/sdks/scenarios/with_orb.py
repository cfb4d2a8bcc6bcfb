"""Orb's own package, orb-billing 4.90.0, which checks every answer: items and prices."""

from decimal import Decimal
from functools import cache
from itertools import islice

from orb import Orb, PermissionDeniedError
from orb._exceptions import (
    ConstraintViolation,
    DuplicateResourceCreation,
    FeatureNotAvailable,
    OrbAuthenticationError,
    OrbInternalServerError,
    RequestValidationError,
    ResourceConflict,
    ResourceNotFound,
    URLNotFound,
)
from scenario import (
    API_KEY,
    BASE_URL,
    NATIVE_KEY,
    NOT_A_KEY,
    READING_KEY,
    bad_line,
    native,
    play,
    refused,
    unique,
)

MOUNT = "/orb/v1"
UNIT = {"model_type": "unit", "unit_config": {"unit_amount": "0.50"}}


@cache
def client(key=API_KEY, base_url=BASE_URL, mount=MOUNT, **options):
    return Orb(
        api_key=key, base_url=f"{base_url}{mount}", _strict_response_validation=True, **options
    )


def item(name="API calls"):
    return client().items.create(name=name).id


def price(**fields):
    terms = {"name": "API calls", "cadence": "monthly", "currency": "USD", **fields}
    if "model_type" not in terms:
        terms = {**UNIT, **terms}
    if "item_id" not in terms:
        terms["item_id"] = item()
    return client().prices.create(**terms)


def the_key_is_known():
    assert client().top_level.ping().response
    assert client(mount="/orb").top_level.ping().response
    refused(OrbAuthenticationError, lambda: client(NOT_A_KEY).top_level.ping())


def a_price_is_made_and_read_back():
    external = unique("team/seat")
    made = price(
        external_price_id=external,
        metadata={"team": "a"},
        billed_in_advance=True,
        fixed_price_quantity=2,
        conversion_rate=1,
    )
    assert type(made).__name__ == "UnitPrice"
    assert (made.unit_config.unit_amount, made.currency, made.price_type) == (
        "0.50",
        "USD",
        "fixed_price",
    )
    assert made.billing_mode == "in_advance"
    read = client().prices.fetch(made.id)
    assert read.to_dict() == made.to_dict()
    assert client().prices.external_price_id.fetch(external).id == made.id
    assert native("GET", f"/prices/{made.id}")["external_price_id"] == external


def prices_are_listed_page_by_page():
    made = [price(name=unique("page")).id for _ in range(5)]
    page = client().prices.list(limit=2)
    assert page.pagination_metadata.has_more
    read = []
    for row in page:
        read.append(row.id)
        if len(read) == 5:
            break
    assert read == made[::-1]


def a_price_changes():
    made = price(metadata={"team": "a", "floor": "2"}, external_price_id=unique("seat"))
    changed = client().prices.update(made.id, metadata={"team": None, "desk": "3"})
    assert changed.metadata == {"floor": "2", "desk": "3"}
    by_alias = client().prices.external_price_id
    assert by_alias.update(made.external_price_id, metadata=None).metadata == {}


def items_are_kept():
    made = client().items.create(name="Seats", metadata={"a": "b"})
    assert client().items.fetch(made.id).name == "Seats"
    assert client().items.update(made.id, name="Desks").name == "Desks"
    assert client().items.archive(made.id).archived_at
    refused(ConstraintViolation, lambda: price(item_id=made.id))
    assert made.id in [row.id for row in islice(client().items.list(limit=3), 6)]


def what_is_wrong_is_said_by_field():
    error = refused(
        RequestValidationError,
        lambda: price(cadence="daily", unit_config={"unit_amount": "much"}),
    )
    assert error.status == 400
    assert len(error.validation_errors) == 2, error.validation_errors
    error = refused(ConstraintViolation, lambda: price(item_id="item_none"))
    assert error.status == 400
    external = unique("taken")
    price(external_price_id=external)
    refused(DuplicateResourceCreation, lambda: price(external_price_id=external))


def what_is_not_there_is_not_found():
    refused(ResourceNotFound, lambda: client().prices.fetch("price_none"))
    refused(ResourceNotFound, lambda: client().items.fetch("item_none"))
    refused(
        ResourceNotFound,
        lambda: client().prices.external_price_id.fetch(unique("none")),
    )
    refused(FeatureNotAvailable, lambda: client().metrics.list())
    refused(URLNotFound, lambda: client().get("/nothing", cast_to=object))


def a_key_does_what_it_may_and_no_more():
    reading = client(READING_KEY)
    assert reading.items.list(limit=1).data
    refused(PermissionDeniedError, lambda: reading.items.create(name="API calls"))
    refused(OrbAuthenticationError, lambda: client(NATIVE_KEY).items.list())


def a_failure_of_ours_is_one():
    with bad_line(reach=False) as line:
        broken = client(base_url=line.base_url, max_retries=0)
        refused(OrbInternalServerError, lambda: broken.prices.fetch("price_none"))


def the_same_idempotency_key_makes_one_price():
    own, external, key = item(), unique("once"), unique("key")
    made = price(item_id=own, external_price_id=external, idempotency_key=key)
    again = price(item_id=own, external_price_id=external, idempotency_key=key)
    assert again.to_dict() == made.to_dict()
    refused(
        ResourceConflict,
        lambda: price(item_id=own, name="Other", idempotency_key=key),
    )


def a_lost_answer_is_asked_for_again_and_makes_one_price():
    own, external = item(), unique("lost")
    with bad_line(2, reach=True) as line:
        made = client(base_url=line.base_url).prices.create(
            item_id=own,
            name="Lost",
            cadence="one_time",
            currency="USD",
            external_price_id=external,
            **UNIT,
        )
    keys = [headers["idempotency-key"] for _, headers in line.seen]
    assert len(keys) == 3 and len(set(keys)) == 1
    assert native("GET", f"/prices/{made.id}")["external_price_id"] == external


def a_native_price_is_read_as_one_of_its_own():
    product = native("POST", "/products", {"name": "Seat"})["id"]
    terms = {"product": product, "currency": "usd", "name": "Seat", "billing_scheme": "per_unit"}
    made = native("POST", "/prices", {**terms, "unit_amount": 1250})["id"]
    read = client().prices.fetch(made)
    assert type(read).__name__ == "UnitPrice"
    assert Decimal(read.unit_config.unit_amount) == Decimal("12.5")


def keep_all_models(models):
    """Make, read and list a price of each model, each as the class that is the model's own."""
    own = item()
    made = {}
    for model, (config, currency) in models.items():
        terms = {"model_type": model, f"{model}_config": config}
        kept = price(item_id=own, currency=currency, name=model, **terms)
        assert kept.to_dict()["model_type"] == model, (model, kept)
        shown = getattr(kept, f"{model}_config").to_dict()
        assert {name: shown.get(name) for name in config} == config, (model, shown)
        read = client().prices.fetch(kept.id)
        assert type(read) is type(kept), (model, type(read))
        assert read.to_dict() == kept.to_dict(), model
        made[kept.id] = type(kept).__name__
    assert len(set(made.values())) == len(models)
    listed = {row.id: type(row).__name__ for row in islice(client().prices.list(), len(made))}
    assert listed == made
    return sorted(made.values())


def add_price(unit_amount):
    """Make a one-time price, for other systems to sell."""
    made = price(
        name="Seat", cadence="one_time", model_type="unit", unit_config={"unit_amount": unit_amount}
    )
    return {"id": made.id, "item": made.item.id}


if __name__ == "__main__":
    play(globals())
