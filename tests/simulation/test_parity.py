"""The virtual world keeps the same rules as what it stands for; else it proves nothing."""

from collections.abc import Callable
from functools import partial

import pytest

from farebox import payments
from farebox.payments.sandbox import Sandbox
from farebox.storage import connection
from farebox.storage.keys import Tenant
from tests.clocks import StoppedClock
from tests.simulation import contracts_of_a_processor, contracts_of_a_store
from tests.simulation.world import Conditions, World
from tests.tables import empty_tables

TENANT = Tenant("org_1", False)
# Moto knows no tokens; the emulator does.
TOKENS = contracts_of_a_store.a_token_makes_a_transaction_happen_once
IN_MOTO = [contract for contract in contracts_of_a_store.CONTRACTS if contract is not TOKENS]
# What is late by chance must not be late by more than a test waits.
CONDITIONS = Conditions(settling_seconds=3600.0)


def in_a_world(work: Callable[[World], None]) -> None:
    """Do something at the seams of a virtual world."""
    world = World(CONDITIONS)

    def run() -> None:
        with world.as_operator():
            work(world)

    world.timeline.start("contract", run)
    world.run()


store_contracts = pytest.mark.parametrize(
    "contract", contracts_of_a_store.CONTRACTS, ids=lambda contract: contract.__name__
)
processor_contracts = pytest.mark.parametrize(
    "contract", contracts_of_a_processor.CONTRACTS, ids=lambda contract: contract.__name__
)


@store_contracts
def test_the_virtual_store(contract: contracts_of_a_store.Contract) -> None:
    in_a_world(lambda world: contract(connection.connection()))


@pytest.mark.parametrize("contract", IN_MOTO, ids=lambda contract: contract.__name__)
def test_the_store_in_moto(tables: None, contract: contracts_of_a_store.Contract) -> None:
    contract(connection.connection())


def test_a_token_in_the_emulator(on_emulator: None) -> None:
    TOKENS(connection.connection())


@processor_contracts
def test_the_virtual_processor(contract: contracts_of_a_processor.Contract) -> None:
    in_a_world(lambda world: contract(payments.of("", TENANT), world.timeline.wait))


@processor_contracts
def test_the_sandbox(
    tables: None, stopped: StoppedClock, contract: contracts_of_a_processor.Contract
) -> None:
    empty_tables()
    contract(Sandbox(TENANT), lambda seconds: stopped.advance(seconds=seconds))


def test_the_sandbox_in_the_virtual_world() -> None:
    """Its books keep to the same rules over the virtual store."""
    for contract in contracts_of_a_processor.CONTRACTS:
        in_a_world(partial(_over_the_sandbox, contract))


def _over_the_sandbox(contract: contracts_of_a_processor.Contract, world: World) -> None:
    contract(Sandbox(TENANT), world.timeline.wait)
