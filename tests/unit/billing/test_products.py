"""Products: made, changed, and the price that each is sold at by default."""

from dataclasses import replace
from typing import Any

import pytest

from farebox.billing import products
from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Known, Reference
from farebox.validation.catalogue import UpdateProduct
from tests.unit.builders import LATER, asked, broken_rules, known, price, product


def changed(before: Product, what_is_known: Known | None = None, **fields: Any) -> Product:
    request = asked(UpdateProduct, **fields)
    after = products.update(before, request, what_is_known or known(), now=LATER).record
    assert isinstance(after, Product)
    return after


def test_a_product_is_made_for_sale() -> None:
    """Else a new product cannot be ordered."""
    made = product(name=" Seat ", metadata={"kept": False, "gone": ""})

    assert (made.name, made.active, made.default_price) == ("Seat", True, None)
    assert made.metadata == {"kept": False}
    assert made.created_at == made.updated_at == "2026-01-31T12:00:00.000Z"


def test_only_the_named_fields_change() -> None:
    """Else a new name makes an archived product saleable again."""
    before = product(description="A seat", active=False)

    after = changed(before, name="Chair")

    assert after == replace(before, name="Chair", version=2, updated_at="2026-02-01T12:00:00.000Z")


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_null_or_blank_clears_a_text(nothing: str | None) -> None:
    """Else a wrong description stays for ever."""
    assert changed(product(description="Wrong"), description=nothing).description is None


def test_a_product_s_own_price_can_be_its_default() -> None:
    """Else an order that names a product sells it at no price."""
    seat = product()
    own = price(product_data={"name": "Seat"})
    own = replace(own, product=seat.id)

    after = changed(seat, known(own), default_price=own.id)

    assert after.default_price == own
    assert changed(after, default_price=None).default_price is None
    assert changed(after, name="Chair").default_price == own


def test_another_product_s_price_cannot() -> None:
    """Else a chair is sold at the price of a table."""
    table = price(product_data={"name": "Table"})

    rules = broken_rules(lambda: changed(product(), known(table), default_price=table.id))

    assert rules == [("default_price", "price_of_another_product")]


def test_an_unknown_price_cannot() -> None:
    """Else a product points to nothing."""
    rules = broken_rules(lambda: changed(product(), default_price="price_unknown"))

    assert rules == [("default_price", "unknown_price")]


def test_what_must_be_read_is_the_default_price_that_is_named() -> None:
    """Else every change of a name reads a price."""
    naming = asked(UpdateProduct, default_price="price_1")

    assert list(products.references(naming)) == [Reference(Price, "price_1")]
    assert list(products.references(asked(UpdateProduct, name="Chair"))) == []


def test_the_change_carries_what_it_replaces() -> None:
    """Else two changes at once overwrite each other unseen."""
    before = product()

    change = products.update(before, asked(UpdateProduct, active=False), known(), now=LATER)

    assert (change.events, change.before) == (("product.updated",), before)
