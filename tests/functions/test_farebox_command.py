"""``python -m farebox``: organizations, keys and doubts, beside any request that is answered."""

import io
import os
import re
from dataclasses import replace
from typing import Any

import pytest
from botocore.session import Session

from farebox import payments
from farebox.__main__ import RESOURCES, main
from farebox.bootstrap import LOCAL_TEST_KEY, NotLocal, create_organization
from farebox.charging import invocation
from farebox.settings import settings
from farebox.storage import connection, load
from local.functions import Functions
from local.template import Stack
from tests.client import Api
from tests.faults import Fault, FaultyConnection, Mode
from tests.functions.shop import Away, Shop
from tests.functions.test_doubts import Silent
from tests.tables import nothing_stored

KEY = r"fb_(?:test|live)_[0-9a-hjkmnp-tv-z]{26}_[0-9A-Za-z]{49}"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what was printed to either stream."""
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_a_new_organizations_keys_work_at_once_each_in_its_mode(
    tables: None, stack: Stack, functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("organization", "create", "--name", "Shop", "--default-currency", "EUR")

    code, printed = run(capsys, *arguments)

    assert code == 0
    test, live = re.findall(KEY, printed)
    for key, livemode in ((test, False), (live, True)):
        product = Api(stack, functions, key).product()
        assert product["livemode"] is livemode


def test_a_key_of_few_scopes_is_made_and_revoked(
    api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes = ("--scope", "products:read", "--scope", "orders:write")
    _, printed = run(
        capsys, "key", "create", "--organization", api.organization, "--mode", "test", *scopes
    )
    narrow = replace(api, key=re.findall(KEY, printed)[0])
    allowed, refused = narrow.get("/v1/products").status, narrow.get("/v1/prices").status

    monkeypatch.setattr("sys.stdin", io.StringIO(narrow.key + "\n"))
    code, printed = run(capsys, "key", "revoke")
    load.forget_callers()

    assert (allowed, refused) == (200, 403)
    assert code == 0
    assert narrow.key not in printed
    assert narrow.get("/v1/products").status == 401
    assert api.get("/v1/products").status == 200


def test_what_cannot_be_done_is_said_in_a_sentence(
    tables: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first command after a deployment must not answer with a stack trace."""
    monkeypatch.setattr("sys.stdin", io.StringIO("fb_test_nothing\n"))
    unknown = run(capsys, "key", "revoke")
    nobody = run(capsys, "key", "create", "--organization", "org_x", "--mode", "live")
    monkeypatch.delenv("CORE_TABLE")
    nowhere = run(capsys, "organization", "create", "--name", "Shop")

    for code, printed in (unknown, nobody, nowhere):
        assert code == 1
        assert printed.count("\n") == 1
    assert "CORE_TABLE" in nowhere[1]


@pytest.mark.parametrize("scope", ["order:write", "orders", "orders:delete"])
def test_a_misspelt_scope_is_refused(scope: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Else a key is made that can do nothing, and is found out in production."""
    with pytest.raises(SystemExit):
        main(["key", "create", "--organization", "org_x", "--mode", "live", "--scope", scope])

    assert "orders:write" in capsys.readouterr().err


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "https://dynamodb.eu-central-1.amazonaws.com",
        "http://10.0.0.7:8000",
        "http://localhost.example",
    ],
)
def test_the_key_that_everybody_knows_opens_no_table_but_ones_own(
    tables: None, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands in the example events: in a deployed table anybody could use it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

    with pytest.raises(NotLocal):
        create_organization("Shop", test_key=LOCAL_TEST_KEY)


def test_a_key_of_the_callers_choice_is_never_kept(tables: None) -> None:
    with pytest.raises(NotLocal):
        create_organization("Shop", test_key="fb_test_mine")


def printed_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """What a command said that could be done, without what the functions log."""
    code = main(arguments)
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return [line for line in printed.out.splitlines() if not line.startswith("{")]


def update(shop: Shop, *changes: str) -> tuple[str, ...]:
    named = ("--organization", shop.api.organization, "--mode", "test")
    return ("organization", "update", *named, *changes)


def test_an_organization_says_when_its_orders_are_tried_again(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    days = update(shop, "--retry-days", "1,30", "--attempts-in-30-days", "4")

    assert printed_by(capsys, *days) == [
        "processor  sandbox",
        "retries    +1, +30 days",
        "attempts   at most 4 in 30 days",
        "returns    to any https address",
    ]

    id = shop.order(shop.customer("insufficient_funds"), "charge_now")
    assert shop.read(id)["next_attempt_at"] == "2026-02-01T12:00:00.000Z"
    shop.run_after(days=1)
    assert shop.read(id)["next_attempt_at"] == "2026-03-03T12:00:00.000Z"


def test_what_is_not_named_stays(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    first = printed_by(capsys, *update(shop))
    printed_by(capsys, *update(shop, "--retry-days", ""))
    printed_by(capsys, *update(shop, "--attempts-in-30-days", "15"))
    last = printed_by(capsys, *update(shop, "--processor", "sandbox"))

    assert first[1] == "retries    +2, +5, +7, +7 days"
    assert last[1:3] == ["retries    none", "attempts   at most 15 in 30 days"]
    assert last[3:] == ["returns    to any https address"]
    assert shop.api.product()["livemode"] is False


@pytest.mark.parametrize(
    "change",
    [
        *(("--retry-days", days) for days in ("0", "31", "-1", "two", "1;2", "1," * 11, "1.5")),
        *(("--attempts-in-30-days", count) for count in ("0", "16", "-1", "many", "")),
        *(("--processor", name) for name in ("stripe", "", "Sandbox")),
        ("--mode", "staging"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(
    shop: Shop, capsys: pytest.CaptureFixture[str], change: tuple[str, str]
) -> None:
    """More attempts than card networks allow are paid for in fines."""
    with nothing_stored(shop.stack), pytest.raises(SystemExit):
        main(update(shop, *change))

    assert "usage:" in capsys.readouterr().err


def test_the_sandbox_charges_nobody_in_live_mode(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    live = (*update(shop)[:-1], "live", "--processor", "sandbox")

    with nothing_stored(shop.stack):
        code, printed = run(capsys, *live)
        unknown = run(capsys, *update(shop)[:3], "org_x", "--mode", "test")

    assert (code, unknown[0]) == (1, 1)
    assert "test mode only" in printed
    assert "org_x" in unknown[1]


@pytest.mark.parametrize("mode", [Mode.FAIL, Mode.CONFLICT])
def test_a_change_that_did_not_come_through_is_said_in_a_sentence(
    shop: Shop, capsys: pytest.CaptureFixture[str], mode: Mode
) -> None:
    connection.use(FaultyConnection(connection.connection(), Fault(1, mode)))

    code, printed = run(capsys, *update(shop, "--retry-days", "1"))

    assert code == 1
    assert printed.count("\n") == 1


def test_a_doubt_is_resolved_before_its_time(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """After an outage nobody wants to wait until the last order is looked at by itself."""
    doubted = [
        shop.order(shop.customer(card), "charge_now")
        for card in ("timeout_with_effect", "timeout_without_effect")
    ]
    for card in ("success", "processing", "declined_once", "lost_card"):
        shop.order(shop.customer(card), "charge_now")
    shop.order(shop.customer())

    printed = printed_by(capsys, "reconcile")

    assert sorted(printed[:-1]) == sorted(f"{id}  paid" for id in doubted)
    assert printed[-1] == "2 in doubt"
    assert {shop.read(id)["status"] for id in doubted} == {"paid"}
    with nothing_stored(shop.stack):
        assert printed_by(capsys, "reconcile") == ["0 in doubt"]


def test_a_doubt_that_cannot_be_resolved_is_asked_about_once(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    id = shop.order(shop.customer("timeout_with_effect"), "charge_now")
    shop.clock.advance(seconds=30)
    silent = Silent(shop)
    payments.use(silent)

    assert printed_by(capsys, "reconcile") == [f"{id}  charging", "1 in doubt"]
    assert len(silent.asked) == 1

    invocation.use(Away())
    assert printed_by(capsys, "reconcile")[0] == f"{id}  the worker did not answer"


def test_a_doubt_that_cannot_be_read_does_not_end_the_others(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """In an outage the orders behind the one that failed would stay in doubt."""
    customer = shop.customer("timeout_with_effect")
    doubted = [shop.order(customer, "charge_now") for _ in range(3)]
    real = connection.connection()
    clean = FaultyConnection(real)
    connection.use(clean)
    payments.use(Silent(shop))
    printed_by(capsys, "reconcile")
    payments.use(None)
    connection.use(FaultyConnection(real, Fault(clean.calls.index("read"), Mode.FAIL)))

    printed = printed_by(capsys, "reconcile")

    told = [line.partition("  ")[2] for line in printed[:-1]]
    assert sorted(told) == ["paid", "paid", "the database did not answer"]
    connection.use(real)
    printed_by(capsys, "reconcile")
    assert {shop.read(id)["status"] for id in doubted} == {"paid"}


def test_each_of_many_doubts_is_asked_about_once(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an outage they fill pages; asked again and again, each is put off for an hour."""
    monkeypatch.setattr("farebox.storage.due.PAGE", 2)
    customer = shop.customer("timeout_with_effect")
    doubted = [shop.order(customer, "charge_now") for _ in range(6)]
    shop.clock.advance(seconds=30)
    payments.use(silent := Silent(shop))

    printed = printed_by(capsys, "reconcile")

    assert sorted(printed[:-1]) == sorted(f"{id}  charging" for id in doubted)
    assert len(silent.asked) == len(doubted)


def test_a_doubt_is_left_to_the_worker_that_has_it(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[list[str]] = []

    class Reconciled(Silent):
        def __getattr__(self, name: str) -> Any:
            if not seen:
                seen.append(printed_by(capsys, "reconcile"))
            return super().__getattr__(name)

    payments.use(Reconciled(shop, with_effect=False))
    shop.order(shop.customer(), "charge_now")

    assert seen == [["0 in doubt"]]


class Deployed:
    """CloudFormation, as it knows one stack: the one that this test's variables name."""

    def __init__(self) -> None:
        self._resources = {name: os.environ[it] for name, it in RESOURCES.items()}
        self._shards = os.environ["DUE_SHARDS"]

    def describe_stack_resources(self, **named: str) -> Any:
        found = self._resources.items()
        rows = [{"LogicalResourceId": id, "PhysicalResourceId": name} for id, name in found]
        return {"StackResources": rows}

    def describe_stacks(self, **named: str) -> Any:
        shards = {"ParameterKey": "DueShards", "ParameterValue": self._shards}
        return {"Stacks": [{"Parameters": [shards]}]}


def test_doubts_are_found_in_every_shard_of_a_deployed_stack(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator who reads "0 in doubt" looks no further."""
    customer = shop.customer("timeout_with_effect")
    doubted = [shop.order(customer, "charge_now") for _ in range(8)]
    stack, create_client = Deployed(), Session.create_client

    def client(session: Session, name: str, *arguments: Any, **named: Any) -> Any:
        made = create_client(session, name, *arguments, **named)
        return stack if name == "cloudformation" else made

    monkeypatch.setattr(Session, "create_client", client)
    for variable in ("DUE_SHARDS", *RESOURCES.values()):
        monkeypatch.delenv(variable)
    settings.cache_clear()

    printed = printed_by(capsys, "--stack", "shop", "reconcile")

    assert sorted(printed[:-1]) == sorted(f"{id}  paid" for id in doubted)
