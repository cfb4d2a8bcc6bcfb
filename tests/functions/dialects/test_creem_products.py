"""Creem's products over the real functions: each has one price."""

from typing import Any

import pytest

from local.template import Stack
from tests.client import Api
from tests.functions.dialects.creem_calls import GOLD, call, fields, get, made, patched, product
from tests.price_forms import FORMS, as_json
from tests.tables import nothing_stored


@pytest.fixture
def gold(api: Api) -> str:
    """A product that is paid once."""
    return str(product(api)["id"])


@pytest.mark.parametrize(
    ("asked", "period"),
    [
        ({"billing_type": "onetime"}, {"billing_type": "onetime", "billing_period": "once"}),
        *(
            (
                {"billing_type": "recurring", "billing_period": period},
                {"billing_type": "recurring", "billing_period": period},
            )
            for period in ("every-day", "every-month", "every-three-months", "every-year")
        ),
        (
            {
                "billing_type": "recurring",
                "billing_period": "custom",
                "recurring_interval": "week",
                "recurring_interval_count": 2,
            },
            {
                "billing_type": "recurring",
                "billing_period": "custom",
                "recurring_interval": "week",
                "recurring_interval_count": 2,
            },
        ),
    ],
)
def test_a_product_keeps_how_often_it_is_billed(
    api: Api, asked: dict[str, Any], period: dict[str, Any]
) -> None:
    """Else a yearly plan is shown as a monthly one."""
    shown = product(api, **asked)

    assert {name: shown.get(name) for name in period} == period
    assert get(api, f"products/{shown['id']}") == shown


@pytest.mark.parametrize(
    ("name", "value", "param"),
    [
        *((name, None, name) for name in GOLD if name != "image_url"),
        ("price", 99, "price"),
        ("price", "15", "price"),
        ("price", 15.5, "price"),
        ("currency", "XYZ", "currency"),
        ("billing_type", "weekly", "billing_type"),
        ("billing_period", "every-month", "billing_period"),
        ("tax_mode", "none", "tax_mode"),
        ("tax_category", "books", "tax_category"),
        ("image_url", "p.png", "image_url"),
        ("image_urls", ["https://example.com/1.png", "https://example.com/2.png"], "image_urls"),
        ("pay_what_you_want", True, "pay_what_you_want"),
        ("trial_period_days", 7, "trial_period_days"),
        ("default_success_url", "https://example.com", "default_success_url"),
        ("custom_fields", [{}], "custom_fields"),
        ("abandoned_cart_recovery_enabled", True, "abandoned_cart_recovery_enabled"),
        ("features", [{}], "features"),
        ("metadata", {}, "metadata"),
    ],
)
def test_what_a_product_cannot_have_is_refused_by_its_name(
    api: Api, name: str, value: Any, param: str
) -> None:
    """Else it is dropped, and sold without."""
    answer = call(api, "products", {**GOLD, name: value})

    assert (answer.status, fields(answer)) == (400, [param])


@pytest.mark.parametrize(
    "asked",
    [
        {"billing_type": "recurring"},
        {"billing_type": "recurring", "billing_period": "once"},
        {"billing_type": "recurring", "billing_period": "custom"},
        {
            "billing_type": "recurring",
            "billing_period": "every-month",
            "recurring_interval": "week",
        },
        {"billing_type": "onetime", "recurring_interval": "week"},
    ],
)
def test_a_recurring_product_says_how_often(api: Api, asked: dict[str, Any]) -> None:
    """Else a period is guessed, and charged."""
    (wrong,) = fields(call(api, "products", GOLD | asked))

    assert wrong in ("billing_period", "recurring_interval")


def test_switches_that_are_off_are_taken(api: Api) -> None:
    """Else the npm package, which sends them always, creates no product."""
    off = {
        "abandoned_cart_recovery_enabled": False,
        "pay_what_you_want": False,
        "features": [],
        "suggested_price": 2000,
        "trial_period_days": None,
    }

    assert product(api, **off)["price"] == 1500


def test_an_idempotency_key_makes_one_product(api: Api) -> None:
    """Else the SDK's retry makes a second one."""
    path = "/creem/v1/products"

    first, again = (api.post(path, GOLD, idempotency_key="once") for _ in range(2))

    assert first.status == 200
    assert again.body == first.body
    assert get(api, "products/search")["pagination"]["total_records"] == 1


def test_a_new_price_counts_for_the_next_checkout_only(api: Api, gold: str) -> None:
    """Else a customer pays another amount than the page showed."""
    before = made(api, "checkouts", {"product_id": gold})

    changed = patched(api, f"products/{gold}", {"price": 2000, "tax_mode": "inclusive"})

    assert (changed["price"], changed["currency"], changed["tax_mode"]) == (
        *(2000, "USD"),
        "inclusive",
    )
    after = made(api, "checkouts", {"product_id": gold})
    totals = [
        api.get(f"/v1/checkouts/{each['id']}").body["total_amount"] for each in (before, after)
    ]
    assert totals == [1500, 2000]


def test_a_product_becomes_recurring_and_back(api: Api, gold: str) -> None:
    """Else a plan can only be replaced by another product."""
    monthly = {"billing_type": "recurring", "billing_period": "every-month"}

    assert patched(api, f"products/{gold}", monthly)["billing_period"] == "every-month"
    renamed = patched(api, f"products/{gold}", {"name": "Silver", "price": 900})
    assert (renamed["billing_period"], renamed["name"]) == ("every-month", "Silver")
    once = patched(api, f"products/{gold}", {"billing_type": "onetime"})
    assert (once["billing_period"], once["price"]) == ("once", 900)


def test_a_new_currency_needs_an_amount_in_it(api: Api, gold: str) -> None:
    """Else 15 dollars become 1500 yen, or the other way round."""
    before = get(api, f"products/{gold}")

    answer = api.patch(f"/creem/v1/products/{gold}", {"currency": "JPY"})

    assert (answer.status, fields(answer)) == (400, ["price"])
    assert get(api, f"products/{gold}") == before
    assert patched(api, f"products/{gold}", {"currency": "USD"})["price"] == before["price"]
    changed = patched(api, f"products/{gold}", {"currency": "JPY", "price": 2300})
    assert (changed["price"], changed["currency"]) == (2300, "JPY")


def test_what_is_free_is_free_in_any_currency(api: Api, gold: str) -> None:
    """Else the price of something free has to be repeated for no reason."""
    patched(api, f"products/{gold}", {"price": 0})

    changed = patched(api, f"products/{gold}", {"currency": "JPY"})

    assert (changed["price"], changed["currency"]) == (0, "JPY")


def test_other_currencies_keep_their_amounts_until_there_is_another(api: Api) -> None:
    """Else a change of the tax mode takes away what a native caller sells in euros."""
    mug = api.product()["id"]
    euros = {"currency_options": {"eur": {"unit_amount": 800}}}
    price = api.price(product=mug, unit_amount=900, **euros)
    api.patch(f"/v1/products/{mug}", {"default_price": price["id"]})

    def options() -> Any:
        id = api.get(f"/v1/products/{mug}").body["default_price"]
        return api.get(f"/v1/prices/{id}").body.get("currency_options")

    patched(api, f"products/{mug}", {"tax_mode": "inclusive"})
    assert options()["eur"]["unit_amount"] == 800
    patched(api, f"products/{mug}", {"price": 1000})
    assert not options()


def test_what_is_not_named_stays(api: Api, gold: str) -> None:
    """Else an update of the name takes the image away."""
    before = get(api, f"products/{gold}")

    assert patched(api, f"products/{gold}", {}) == before
    renamed = patched(api, f"products/{gold}", {"name": "Silver"})
    assert renamed == {**before, "name": "Silver", "updated_at": renamed["updated_at"]}
    assert "image_url" not in patched(api, f"products/{gold}", {"image_urls": []})
    assert api.patch("/creem/v1/products/prod_1", {"name": "Silver"}).status == 404


def test_a_product_without_a_price_gets_one(api: Api) -> None:
    """Else what was made natively cannot be sold by Creem's code."""
    mug = api.product()["id"]

    assert (get(api, f"products/{mug}")["price"]) == 0
    answer = api.patch(f"/creem/v1/products/{mug}", {"currency": "EUR"})
    assert (answer.status, fields(answer)) == (400, ["price"])
    priced = patched(api, f"products/{mug}", {"currency": "EUR", "price": 900})
    assert (priced["price"], priced["currency"]) == (900, "EUR")


@pytest.mark.parametrize("form", FORMS)
def test_a_product_of_any_price_can_be_shown(api: Api, form: str) -> None:
    """Else one native price makes every list of products fail."""
    mug = api.product()["id"]
    asked = FORMS[form]
    terms = asked.config if form.startswith("stripe_") else {
        "model_type": form,
        f"{form}_config": asked.config,
    }  # fmt: skip
    price = api.post("/v1/prices", as_json({"product": mug, "currency": asked.currency, **terms}))
    assert price.status == 201, price.text
    api.patch(f"/v1/products/{mug}", {"default_price": price.body["id"]})

    assert get(api, "products/search")["items"][0]["price"] >= 0


def test_an_archived_product_is_sold_no_more(api: Api, gold: str) -> None:
    """Else what is out of stock goes on being bought."""
    archived = api.delete(f"/creem/v1/products/{gold}")

    assert (archived.status, archived.body["status"]) == (200, "archived")
    assert fields(call(api, "checkouts", {"product_id": gold})) == ["product_id"]
    assert api.delete("/creem/v1/products/prod_1").status == 404


def test_pages_name_their_neighbours(api: Api) -> None:
    """Else a loop over all pages ends early, or never."""
    ids = [product(api)["id"] for _ in range(3)]

    pages = [get(api, f"products/search?page_number={number}&page_size=2") for number in (1, 2, 3)]

    assert [[item["id"] for item in page["items"]] for page in pages] == [
        *([ids[2], ids[1]], [ids[0]]),
        [],
    ]
    assert [page["pagination"] for page in pages] == [
        {
            "total_records": 3,
            "total_pages": 2,
            "current_page": number,
            "next_page": following,
            "prev_page": former,
        }
        for number, following, former in ((1, 2, None), (2, None, 1), (3, None, 2))
    ]


@pytest.mark.parametrize(
    "query",
    [
        *("page_number=0", "page_number=x", "page_size=101", "page_size=0", "status=active"),
        "customer=cus_1",
    ],
)
def test_a_list_refuses_what_it_cannot_filter_by(api: Api, query: str) -> None:
    """Else a list that looks filtered is not."""
    answer = api.get(f"/creem/v1/products/search?{query}")

    assert (answer.status, fields(answer)) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize(
    "terms",
    [
        {"model_type": "unit", "unit_config": {"unit_amount": "50"}, "cadence": "monthly"},
        {"unit_amount": 1000, "transform_quantity": {"divide_by": 10, "round": "up"}},
    ],
)
def test_an_amount_of_another_model_is_never_taken_for_one_of_a_unit(
    api: Api, stack: Stack, terms: dict[str, Any]
) -> None:
    """50 dollars would become 50 cents, and the price of a package that of each unit in it."""
    inline = {"currency": "usd", "product_data": {"name": "Seat"}}
    price = api.post("/v1/prices", inline | terms).body
    api.patch(f"/v1/products/{price['product']}", {"default_price": price["id"]})
    path = f"/creem/v1/products/{price['product']}"

    with nothing_stored(stack):
        answer = api.patch(path, {"tax_mode": "inclusive"})

    assert answer.status == 400
    assert fields(answer) == ["price"]
