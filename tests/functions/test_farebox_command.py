"""``python -m farebox``: organizations and keys, before any request can be answered."""

import io
import re
from dataclasses import replace

import pytest

from farebox.__main__ import main
from farebox.bootstrap import LOCAL_TEST_KEY, NotLocal, create_organization
from farebox.storage import load
from local.functions import Functions
from local.template import Stack
from tests.client import Api

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
