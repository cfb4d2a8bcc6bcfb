"""Prices: made of a known product, or together with a new one."""

from typing import Any

from farebox.billing import prices
from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Known, Reference
from farebox.billing.records import Change
from farebox.validation.prices import CreatePrice
from tests.unit.builders import NOW, asked, broken_rules, known, product


def decide(what_is_known: Known, **fields: Any) -> Change:
    request = asked(CreatePrice, **({"currency": "usd", "unit_amount": 1250} | fields))
    return prices.create(request, what_is_known, id="price_1", product_id="prod_new", now=NOW)


def test_a_price_belongs_to_its_product_and_knows_its_name() -> None:
    """Else an order that names a price needs a second read for the name on its line."""
    seat = product(name="Seat")

    change = decide(known(seat), product=seat.id, lookup_key="seat", metadata={"a": ""})

    made = change.record
    assert isinstance(made, Price)
    assert (made.product, made.product_name, made.lookup_key) == (seat.id, "Seat", "seat")
    assert (made.currency, made.active, made.is_recurring) == ("usd", True, False)
    assert made.metadata == {}
    assert (change.events, change.alongside) == (("price.created",), ())


def test_a_product_named_inline_is_made_in_the_same_change() -> None:
    """Else a crash between the two leaves a price of nothing."""
    change = decide(known(), product_data={"name": "Seat", "metadata": {"row": 7}})

    (alongside,) = change.alongside
    assert isinstance(alongside.record, Product)
    assert isinstance(change.record, Price)
    assert change.record.product == alongside.record.id == "prod_new"
    assert (alongside.record.name, alongside.record.metadata) == ("Seat", {"row": 7})
    assert alongside.events == ("product.created",)


def test_an_unknown_product_has_no_prices() -> None:
    """Else a price can be made of another organization's product."""
    assert broken_rules(lambda: decide(known(), product="prod_unknown")) == [
        ("product", "unknown_product")
    ]


def test_an_archived_product_gets_no_new_prices() -> None:
    """Else what is no longer sold is sold."""
    seat = product(active=False)

    assert broken_rules(lambda: decide(known(seat), product=seat.id)) == [
        ("product", "product_inactive")
    ]


def test_what_must_be_read_is_the_product_that_is_named() -> None:
    """Else an inline product costs a read."""
    named = asked(CreatePrice, currency="usd", unit_amount=1, product="prod_1")
    inline = asked(CreatePrice, currency="usd", unit_amount=1, product_data={"name": "Seat"})

    assert list(prices.references(named)) == [Reference(Product, "prod_1")]
    assert list(prices.references(inline)) == []


def test_a_price_is_kept_in_its_own_system_s_words() -> None:
    """Else what is read back is not what was sent."""
    config = {"tiers": [{"first_unit": 0, "unit_amount": "0.10"}]}

    change = decide(
        known(),
        product_data={"name": "Seat"},
        unit_amount=None,
        model_type="tiered",
        tiered_config=config,
        cadence="monthly",
    )

    made = change.record
    assert isinstance(made, Price)
    assert (made.model, made.config, made.cadence) == ("tiered", config, "monthly")
    assert made.is_recurring
