"""Discounts for some products only, and a product at another amount: what a checkout costs."""

from typing import Any

from tests.client import Api
from tests.refusals import refusal

SPRING = {"name": "Spring", "code": "SPRING", "type": "percentage", "basis_points": 2000}


def for_sale(api: Api, **terms: Any) -> str:
    price = api.price(**terms)
    product: str = price["product"]
    api.patch(f"/v1/products/{product}", {"default_price": price["id"]})
    return product


def test_a_limited_discount_comes_off_the_lines_of_its_products(api: Api) -> None:
    """Else a code for one product makes every other one cheaper."""
    seat, mug = for_sale(api), for_sale(api, unit_amount=500)
    made = api.post("/v1/discounts", {**SPRING, "products": [seat]}).body
    lines = [{"product": product, "quantity": 1} for product in (seat, mug)]

    checkout = api.post("/v1/checkouts", {"line_items": lines, "discount_code": "SPRING"}).body

    assert made["products"] == [seat]
    assert (checkout["subtotal_amount"], checkout["discount_amount"]) == (1750, 250)


def test_a_limited_discount_is_refused_where_it_takes_nothing_off(api: Api) -> None:
    """Else a customer types a code and pays the whole."""
    seat, mug = for_sale(api), for_sale(api)
    api.post("/v1/discounts", {**SPRING, "products": [seat]})

    answer = api.post("/v1/checkouts", {"product": mug, "discount_code": "SPRING"})

    assert refusal(answer, 422) == [("discount_code", "discount_for_other_products")]


def test_a_discount_is_limited_to_products_that_exist(api: Api, other: Api) -> None:
    """Else a misspelt id makes a code that nobody can use."""
    foreign = for_sale(other)

    answer = api.post("/v1/discounts", {**SPRING, "products": ["prod_1", foreign]})

    codes = [("products[0]", "unknown_product"), ("products[1]", "unknown_product")]
    assert refusal(answer, 422) == codes


def test_a_product_is_offered_at_another_amount_in_its_own_currency(api: Api) -> None:
    """Else a price that is agreed with one customer needs a product of its own."""
    seat = for_sale(api, currency="eur", product_data={"name": "Seat"})

    asked = {"product": seat, "units": 3, "unit_amount": 700}
    checkout = api.post("/v1/checkouts", asked).body

    assert (checkout["total_amount"], checkout["currency"]) == (2100, "eur")
    (line,) = checkout["line_items"]
    assert (line["product"], line["price"], line["product_name"]) == (seat, None, "Seat")
    assert line["price_data"]["unit_amount"] == 700


def test_another_amount_goes_with_a_product(api: Api) -> None:
    """Else it is not clear what of several lines it is the price of."""
    line = {"price_data": {"currency": "usd", "unit_amount": 5, "product_data": {"name": "Mug"}}}

    asked = {"line_items": [{**line, "quantity": 1}], "unit_amount": 700}
    answer = api.post("/v1/checkouts", asked)

    assert refusal(answer, 422) == [("unit_amount", "excluded")]


def test_another_amount_is_no_way_round_a_recurring_price(api: Api) -> None:
    """Else a subscription is paid once and never again."""
    plan = for_sale(api, recurring={"interval": "month"})

    answer = api.post("/v1/checkouts", {"product": plan, "unit_amount": 700})

    assert refusal(answer, 422) == [("product", "recurring_price")]
