"""What a create function loads, counted in an interpreter of its own.

Every module is paid for at every cold start, by whoever waits for the answer. A budget that is
broken on purpose is raised here, with a reason that a reader of the commit can weigh.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from farebox import bootstrap
from farebox.bootstrap import LOCAL_TEST_KEY
from farebox.settings import settings
from farebox.storage import connection
from farebox.storage.connection import Condition, Item, Put, Query, Write
from tests.architecture.source import FUNCTIONS, ROOT

# Modules on Python 3.13, the version that is deployed, and about 3 % above what was measured.
IMPORT_BUDGET = {"create_price": 208, "create_order": 212, "create_checkout": 209}
ANSWER_BUDGET = {"create_price": 267, "create_order": 274, "create_checkout": 271}
# Older interpreters load more of their own library for the same code.
OLDER_INTERPRETER = 22

FORBIDDEN = (
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parser",
    "aws_lambda_powertools.utilities.validation",
    "aws_xray_sdk",
    "babel",
    "boto3",
    "fastjsonschema",
    "jsonschema",
    "moto",
)
# Made at the first call that needs the database, not while the function is loaded.
NOT_YET_AT_IMPORT = ("aws_lambda_powertools", "botocore", "urllib3")
# Built where a line carries a price of its own; most name one that is kept.
NOT_BEFORE_A_LINE_NEEDS_IT = ("farebox.validation.price_forms", "farebox.validation.price_configs")

# Loads one function, lets it answer its example event over a table in memory, and reports.
CHILD = """
import json, sys
before = set(sys.modules)
handler = __import__(sys.argv[1]).handler
imported = set(sys.modules) - before
given = json.load(sys.stdin)
from farebox.storage import connection

class Memory:
    def read(self, keys):
        return {
            table: [given["items"][key["pk"]] for key in wanted if key["pk"] in given["items"]]
            for table, wanted in keys.items()
        }

    def first(self, table, pk):
        return None

    def count_up(self, table, key):
        return 1

    def transact(self, writes, token):
        pass

connection.use(Memory())
before |= {"json", "json.decoder", "json.encoder", "json.scanner"}
status = handler(given["event"], None)["statusCode"]
answered = set(sys.modules) - before
json.dump([sorted(imported), sorted(answered), status], sys.stderr)
"""

every_create = pytest.mark.parametrize("function", IMPORT_BUDGET)


@dataclass(frozen=True)
class Loaded:
    """Modules after the import, and after the first answer, with that answer's status."""

    imported: Sequence[str]
    answered: Sequence[str]
    status: int


class Recorder:
    """A table in memory that takes what a local stack is seeded with."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}

    def read(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        return {table: [] for table in keys}

    def first(self, table: str, pk: str) -> Item | None:
        return None

    def query(self, table: str, query: Query) -> Sequence[Item]:
        return []

    def count_up(self, table: str, key: Item, expires_at: int | None = None) -> int:
        return 1

    def update(self, table: str, key: Item, changes: Item, condition: Condition) -> None:
        raise NotImplementedError

    def transact(self, writes: Sequence[Write], token: str) -> None:
        for write in writes:
            assert isinstance(write, Put)
            self.items[str(write.item["pk"])] = write.item


@pytest.fixture(scope="module")
def loaded() -> Mapping[str, Loaded]:
    """Every create function, each in a fresh interpreter."""
    items = _seeded()
    return {function: _load(function, items) for function in IMPORT_BUDGET}


def _seeded() -> Mapping[str, Item]:
    """The organization, key and customer of the example events."""
    recorder = Recorder()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CORE_TABLE", "EVENTS_TABLE", "EPHEMERAL_TABLE"):
            patch.setenv(name, name)
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        settings.cache_clear()
        connection.use(recorder)
        bootstrap.create_organization("Example", test_key=LOCAL_TEST_KEY)
    settings.cache_clear()
    connection.use(None)
    return recorder.items


def _load(function: str, items: Mapping[str, Item]) -> Loaded:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join((str(ROOT / "shared"), str(FUNCTIONS))),
        "CORE_TABLE": "core",
        "EVENTS_TABLE": "events",
        "EPHEMERAL_TABLE": "ephemeral",
        "POWERTOOLS_METRICS_NAMESPACE": "Farebox",
        "POWERTOOLS_SERVICE_NAME": "farebox",
    }
    event = json.loads((ROOT / "events" / f"{function}.json").read_text())
    child = subprocess.run(
        [sys.executable, "-c", CHILD, function],
        input=json.dumps({"event": event, "items": items}),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return Loaded(*json.loads(child.stderr))


def budget(measured_on_the_deployed_version: int) -> int:
    slack = 0 if sys.version_info >= (3, 13) else OLDER_INTERPRETER
    return measured_on_the_deployed_version + slack


def among(names: Sequence[str], modules: Sequence[str]) -> list[str]:
    """Those of ``modules`` that are one of ``names`` or inside one."""
    return [each for each in modules if any(f"{each}.".startswith(f"{name}.") for name in names)]


@every_create
def test_the_example_event_is_answered(function: str, loaded: Mapping[str, Loaded]) -> None:
    """Else what is counted below is the way to an error."""
    assert loaded[function].status == 201


@every_create
def test_nothing_forbidden_is_ever_loaded(function: str, loaded: Mapping[str, Loaded]) -> None:
    """Else a cold start takes up to a second longer, for what no create uses."""
    assert among(FORBIDDEN, loaded[function].imported) == []
    assert among(FORBIDDEN, loaded[function].answered) == []


@every_create
def test_the_aws_client_waits_for_its_first_use(
    function: str, loaded: Mapping[str, Loaded]
) -> None:
    """Else a refused request, and every test, pays for a client that it never calls."""
    assert among(NOT_YET_AT_IMPORT, loaded[function].imported) == []


@pytest.mark.parametrize("function", ["create_order", "create_checkout"])
def test_forty_price_forms_are_not_loaded_to_sell_one_seat(
    function: str, loaded: Mapping[str, Loaded]
) -> None:
    """Else every cold order builds shapes for prices that it does not carry."""
    assert among(NOT_BEFORE_A_LINE_NEEDS_IT, loaded[function].imported) == []


@every_create
def test_loading_stays_within_its_budget(function: str, loaded: Mapping[str, Loaded]) -> None:
    """Else cold starts grow by one harmless import at a time."""
    assert len(loaded[function].imported) <= budget(IMPORT_BUDGET[function])


@every_create
def test_the_first_answer_stays_within_its_budget(
    function: str, loaded: Mapping[str, Loaded]
) -> None:
    """Else what was taken out of the import comes back in the first request."""
    assert len(loaded[function].answered) <= budget(ANSWER_BUDGET[function])
