"""What a customer may change on the checkout page: discount, units, answers."""

from typing import Any

from farebox.storage import connection
from tests.functions.checkout_pages import (
    customer_of,
    discount,
    is_paid,
    product,
    redemptions,
    said,
)
from tests.functions.shop import Shop


def test_a_discount_is_shown_and_redeemed_once_it_is_confirmed(shop: Shop) -> None:
    """Else a code is good for as many as look at it, or for nobody."""
    id = discount(shop, max_redemptions=1)
    customer = customer_of(shop)

    shown = customer.send("update", discount_code="tenth")

    assert (shown.status, redemptions(shop, id)) == (200, 0)
    assert "22.50" in said(shown)
    assert is_paid(customer.pay(discount_code="tenth", shown_total="2250"))
    order = customer.order()
    assert (order["discount_amount"], order["total_amount"], order["discount"]) == (250, 2250, id)
    assert (redemptions(shop, id), customer.read()["discount_code"]) == (1, "TENTH")


def test_the_last_redemption_goes_to_one_of_two(shop: Shop) -> None:
    """Else a discount for one is given to everybody who is quick."""
    id = discount(shop, max_redemptions=1)
    one, other = customer_of(shop), customer_of(shop)
    for each in (one, other):
        assert "22.50" in said(each.send("update", discount_code="TENTH"))

    assert is_paid(one.pay(discount_code="TENTH", shown_total="2250"))
    late = other.pay(discount_code="TENTH", shown_total="2250")

    assert (late.status, other.read()["status"]) == (422, "open")
    assert redemptions(shop, id) == 1
    assert is_paid(other.pay(discount_code="", shown_total="2500"))


def test_a_count_that_is_full_is_refused_by_the_table_itself(shop: Shop) -> None:
    """Else two customers who confirm at the same moment share the last redemption."""
    id = discount(shop, max_redemptions=1)
    one, other = customer_of(shop), customer_of(shop)
    inner = connection.connection()

    class Between:
        """Another customer confirms after this one's read, right before their write."""

        done = False

        def __getattr__(self, name: str) -> Any:
            return getattr(inner, name)

        def transact(self, writes: Any, token: str) -> None:
            if not self.done:
                self.done = True
                connection.use(inner)
                assert is_paid(one.pay(discount_code="TENTH", shown_total="2250"))
                connection.use(self)
            inner.transact(writes, token)

    connection.use(Between())
    late = other.pay(discount_code="TENTH", shown_total="2250")
    connection.use(inner)

    assert (late.status, redemptions(shop, id)) == (422, 1)
    assert other.read()["status"] == "open"


def test_a_change_of_a_discount_forgets_no_redemption(shop: Shop) -> None:
    """Else whoever renames a discount gives it away anew."""
    id = discount(shop, max_redemptions=2)
    customer_of(shop, discount_code="TENTH").pay(discount_code="TENTH")

    shop.api.patch(f"/v1/discounts/{id}", {"name": "A tenth"})

    assert redemptions(shop, id) == 1
    assert shop.api.get("/v1/discounts").body["data"][0]["redemptions"] == 1


def test_units_are_the_customers_to_choose_where_a_product_is_sold(shop: Shop) -> None:
    """Else whoever needs three seats pays three checkouts."""
    tiers = [{"up_to": 2, "unit_amount": 1000}, {"up_to": "inf", "unit_amount": 500}]
    sold = product(shop, billing_scheme="tiered", tiers_mode="graduated", tiers=tiers)
    customer = customer_of(shop, product=sold, units=2)

    shown = customer.send("update", units=4)

    assert "30.00" in said(shown)
    assert is_paid(customer.pay(units=4, shown_total="3000"))
    order = customer.order()
    assert (order["line_items"][0]["quantity"], order["total_amount"]) == (4, 3000)
    assert customer.read()["units"] == 4


def test_units_of_line_items_are_the_merchants(shop: Shop) -> None:
    """Else a customer pays for one of the ten that they get."""
    customer = customer_of(shop)

    customer.pay(units=1)

    assert customer.order()["line_items"][0]["quantity"] == 2


def test_answers_to_questions_are_kept_with_the_order(shop: Shop) -> None:
    """Else the merchant asks again."""
    questions = [
        {"type": "text", "key": "team", "label": "Team", "text": {"min_length": 2}},
        {"type": "checkbox", "key": "terms", "label": "Terms"},
        {"type": "text", "key": "note", "label": "Note", "optional": True},
    ]
    customer = customer_of(shop, custom_fields=questions)

    short = customer.pay(custom_fields__team="A", custom_fields__terms="on")
    unticked = customer.pay(custom_fields__team="Ada")
    assert (short.status, unticked.status) == (422, 422)
    assert is_paid(customer.pay(custom_fields__team="Ada", custom_fields__terms="on"))

    given = {"team": "Ada", "terms": True}
    assert customer.order()["custom_field_data"] == given
    assert customer.read()["custom_field_data"] == given
