"""Create-order, from the gateway's event to the table and back."""

from tests.client import Api


def test_an_order_of_three_seats_costs_three_times_the_price(api: Api) -> None:
    price, customer = api.price(), api.customer()

    answer = api.post(
        "/v1/orders",
        {
            "customer": customer["id"],
            "currency": "usd",
            "line_items": [{"price": price["id"], "quantity": 3}],
        },
    )

    assert answer.status == 201
    assert answer.body["total_amount"] == 3750
    assert answer.body["number"] == "ORD-001"
    assert api.get(f"/v1/orders/{answer.body['id']}").body == answer.body
