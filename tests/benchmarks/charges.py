"""Charges of due orders over the emulator, by one worker and by several, beside the emulator's own
pace; and what a charge asks of DynamoDB, the sandbox's books included."""

import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any

from farebox import bootstrap, clock, ids, telemetry
from farebox.charging.messages import Message
from farebox.settings import settings
from farebox.storage import connection
from farebox.storage.commit import ABSENT
from farebox.storage.connection import Put
from local.emulator import client_environment, running_emulator
from local.functions import Functions, set_environment
from local.tables import create_tables
from local.template import read_stack
from tests.benchmarks import ROOT
from tests.benchmarks.measure import print_table
from tests.charging import CHARGE_ORDER
from tests.client import Api
from tests.due_orders import batches, keep_due_orders

ORDERS = 200
WORKERS = (1, 4, 16)
WRITES = 500


def run() -> None:
    stack = read_stack(ROOT / "template.yaml")
    settings.cache_clear()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_emulator(Path(folder) / "emulator.log") as endpoint,
        Path(os.devnull).open("w") as nowhere,
    ):
        silent = {"POWERTOOLS_METRICS_DISABLED": "true"}
        set_environment(stack.functions.values(), {**client_environment(endpoint), **silent})
        connection.use(None)
        create_tables(stack.tables)
        with redirect_stdout(nowhere):
            functions = Functions(stack.functions.values())
            made = bootstrap.create_organization("Benchmark")
            api = Api(stack, functions, made.test_key, made.id)
            pace = WRITES / _seconds(_write_singly)
            rates = {workers: _charge(api, workers) for workers in WORKERS}
            trips, units = _cost(api)
        connection.use(None)
    settings.cache_clear()
    print_table(
        "Charges of due orders (emulator and workers share this machine)",
        ("workers", "charges/s", "emulator's writes per charge, by time"),
        [(str(w), f"{rate:.0f}", f"{pace / rate:.1f}") for w, rate in rates.items()],
    )
    print(f"  One charge: {trips} round trips, {units} write units")


def _charge(api: Api, workers: int) -> float:
    """Charges a second."""
    events = _due(api, ORDERS)
    with ThreadPoolExecutor(workers) as pool:
        invoke = lambda event: api.functions.invoke(CHARGE_ORDER, event)  # noqa: E731
        return ORDERS / _seconds(lambda: list(pool.map(invoke, events)))


def _cost(api: Api) -> tuple[int, Decimal]:
    [event] = _due(api, 1)
    api.functions.invoke(CHARGE_ORDER, event)
    return telemetry.usage().round_trips, telemetry.usage().write_units.normalize()


def _due(api: Api, count: int) -> list[dict[str, Any]]:
    customer = api.customer()["id"]
    api.payment_method(customer)
    orders = keep_due_orders(api.organization, customer, count)
    return list(batches([Message(api.organization, False, order).text for order in orders]))


def _write_singly() -> None:
    for place in range(WRITES):
        item = {"pk": f"benchmark#{place}#{clock.now()}", "sk": "A"}
        connection.connection().transact(
            [Put(settings().core_table, item, ABSENT)], ids.entropy(16).hex()
        )


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
