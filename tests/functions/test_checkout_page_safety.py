"""The checkout page against guesses, strange forms and a database that does not answer."""

from typing import Any

import pytest

from farebox.storage import connection
from farebox.storage.attempt_limits import OF_A_CHECKOUT, OF_AN_ADDRESS, OF_CODES
from farebox.storage.connection import Reason, Refused
from tests.client import Api
from tests.faults import Fault, FaultyConnection, Mode
from tests.functions.checkout_pages import customer_of, discount, is_paid, product, said
from tests.functions.shop import Shop
from tests.tables import nothing_stored


@pytest.mark.parametrize("made_up", ["chk_x", "", "%00", "a" * 3000, "org_x.test.chk_y", "..%2f.."])
def test_what_is_no_checkout_is_one_and_the_same_page(shop: Shop, other: Api, made_up: str) -> None:
    """Else a stranger learns which checkouts there are."""
    customer = customer_of(shop)
    organization, mode, id = customer.path.removeprefix("/checkout/").split(".")
    paths = [
        f"/checkout/{other.organization}.{mode}.{id}",
        f"/checkout/{organization}.live.{id}",
        f"/checkout/{organization}.{mode}.chk_00000000000000000000000000",
        f"/checkout/org_00000000000000000000000000.{mode}.{id}",
    ]
    if made_up and "%" not in made_up:
        paths.append(f"/checkout/{made_up}")
    answers = [shop.api.with_key("").get(path) for path in paths]

    assert {answer.status for answer in answers} == {404}
    assert len({said(answer) for answer in answers}) == 1


def test_nothing_of_a_page_is_kept_or_framed(shop: Shop) -> None:
    """Else the address, which is a key, leaks by a cache, a frame or a referrer."""
    headers = customer_of(shop).look().headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_codes_cannot_be_guessed_without_end(shop: Shop) -> None:
    """Else every code there is can be found out on one page."""
    customer = customer_of(shop)
    for guess in range(OF_CODES.attempts):
        assert customer.send("update", discount_code=f"GUESS{guess}").status == 422

    stopped = customer.send("update", discount_code="TENTH")

    assert stopped.status == 429
    assert 0 < int(stopped.headers["retry-after"]) <= OF_CODES.seconds
    shop.clock.advance(seconds=OF_CODES.seconds)
    assert customer.send("update", discount_code="GUESS").status == 422


def test_cards_cannot_be_tried_on_one_checkout_after_another(shop: Shop) -> None:
    """Else whoever has a thousand stolen cards tries each on a checkout of its own."""
    each = OF_A_CHECKOUT.attempts
    for _ in range(OF_AN_ADDRESS.attempts // each):
        customer = customer_of(shop)
        for _ in range(each):
            customer.pay(email="")

    assert customer_of(shop).pay().status == 429


def test_looking_and_changing_units_is_no_attempt(shop: Shop) -> None:
    """Else a customer who hesitates is locked out."""
    customer = customer_of(shop, product=product(shop))

    for units in range(1, OF_A_CHECKOUT.attempts + 5):
        assert customer.send("update", units=units).status == 200


def test_changing_units_under_an_applied_code_leaves_the_card_its_attempts(shop: Shop) -> None:
    """Else a customer with a discount who presses + twenty times cannot pay for an hour."""
    discount(shop)
    customer = customer_of(shop, product=product(shop))

    for units in range(1, OF_A_CHECKOUT.attempts + 5):
        changed = customer.send("update", units=units, discount_code="TENTH")
        assert changed.status == 200

    assert is_paid(customer.pay(discount_code="TENTH", shown_total="1125"))


@pytest.mark.parametrize("body", [b"\xff", b"a=1&a=2", b"x" * 40_000, b"%ZZ=%"])
def test_what_is_no_form_is_refused_and_stores_nothing(shop: Shop, body: bytes) -> None:
    """Else a stranger's bytes end in a stack trace."""
    customer = customer_of(shop)

    with nothing_stored(shop.stack):
        answer = shop.api.with_key("").call(
            "POST", customer.path, body, content_type="application/x-www-form-urlencoded"
        )

    assert answer.status in (200, 400, 413, 422)


def test_a_database_that_does_not_answer_is_a_page_that_asks_to_come_again(shop: Shop) -> None:
    """Else a customer sees a machine's words, and takes them for the end of it."""
    customer = customer_of(shop)
    real = connection.connection()
    connection.use(FaultyConnection(real, Fault(0, Mode.THROTTLE)))

    answer = customer.look()

    connection.use(real)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["content-type"].startswith("text/html")
    assert is_paid(customer.pay())


def test_a_record_that_keeps_changing_is_no_missing_page(shop: Shop) -> None:
    """Else a customer is told that their checkout is gone."""
    customer = customer_of(shop)
    real = connection.connection()

    class Stale:
        """Whatever is written was changed by somebody else right before."""

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def transact(self, writes: Any, token: str) -> None:
            raise Refused([Reason("ConditionalCheckFailed") for _ in writes])

    connection.use(Stale())
    answer = customer.pay()

    connection.use(real)
    assert (answer.status, answer.headers["retry-after"]) == (409, "5")
    assert is_paid(customer.pay())
