"""The stack of template.yaml without the network: events in, answers out, moto below."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from farebox import bootstrap, payments
from farebox.charging import invocation, queue
from farebox.settings import settings
from farebox.storage import connection, load
from local.emulator import client_environment, running_emulator
from local.functions import Functions
from local.tables import create_tables
from local.template import Stack, read_stack
from tests.charging import Charging
from tests.client import Api
from tests.clocks import StoppedClock, stopped_clock
from tests.tables import empty_tables, moto_tables

ROOT = Path(__file__).parents[1]
EVENTS = ROOT / "events"
MOTO = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(scope="session")
def stack() -> Stack:
    return read_stack(ROOT / "template.yaml")


@pytest.fixture(autouse=True)
def environment(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The functions' own variables, none of the machine's AWS settings, and no leftovers."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "POWERTOOLS_"))]:
        monkeypatch.delenv(name)
    variables: dict[str, str] = {}
    for function in stack.functions.values():
        variables |= function.environment
    for name, value in (variables | MOTO | {"POWERTOOLS_METRICS_DISABLED": "true"}).items():
        monkeypatch.setenv(name, value)
    _forget()
    yield
    _forget()


@pytest.fixture(scope="module")
def moto(stack: Stack) -> Iterator[None]:
    """The tables in moto, made once for all tests of a module."""
    with moto_tables(stack):
        yield


@pytest.fixture
def tables(moto: None) -> None:
    """Empty tables in moto: for one caller at a time."""
    empty_tables()


@pytest.fixture
def stopped() -> Iterator[StoppedClock]:
    """Time stands still for this test, until it moves it, and waiting takes none."""
    with stopped_clock() as clock:
        yield clock


@pytest.fixture(scope="module")
def emulator(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """DynamoDB's stand-in for races and capacity units, with the tables; one for each module."""
    with running_emulator(tmp_path_factory.mktemp("emulator") / "emulator.log") as endpoint:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in client_environment(endpoint).items():
                patch.setenv(name, value)
            create_tables(stack.tables)
        yield endpoint


@pytest.fixture
def on_emulator(emulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point this test's connections to the emulator."""
    for name, value in client_environment(emulator).items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def functions(stack: Stack) -> Functions:
    return Functions(stack.functions.values())


@pytest.fixture
def charging(functions: Functions) -> Charging:
    """The queue and the charge worker, in this process."""
    made = Charging(functions)
    queue.use(made)
    invocation.use(made)
    return made


@pytest.fixture
def api(tables: None, stack: Stack, functions: Functions, charging: Charging) -> Api:
    """A new organization's test key, over moto."""
    return new_organization(stack, functions)


@pytest.fixture
def emulated_api(on_emulator: None, stack: Stack, functions: Functions, charging: Charging) -> Api:
    """A new organization's test key, over the emulator."""
    return new_organization(stack, functions)


def new_organization(stack: Stack, functions: Functions, *, livemode: bool = False) -> Api:
    """A client with the first key of an organization of its own."""
    made = bootstrap.create_organization("Test shop")
    return Api(stack, functions, made.live_key if livemode else made.test_key, made.id)


def _forget() -> None:
    settings.cache_clear()
    connection.use(None)
    queue.use(None)
    invocation.use(None)
    payments.use(None)
    load.forget_callers()
