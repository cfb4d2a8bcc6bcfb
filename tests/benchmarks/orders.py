"""A warm create_order, from the gateway's event to its answer, over a database that answers at
once: what a line of an order costs in our own code."""

import os
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

from farebox import bootstrap
from farebox.storage import connection
from farebox.storage.connection import Condition, Item, Put, Query, Write
from local.functions import Functions, LambdaContext, load, set_environment
from local.http_event import HttpRequest, build_event
from local.routing import find_route
from local.template import Stack, read_stack
from tests.benchmarks import ROOT
from tests.benchmarks.measure import Work, print_table, seconds_each
from tests.client import Api
from tests.price_forms import as_json

LINES = (1, 10, 40)


class Memory:
    """A database that keeps what it is given until it is ``full``, and takes on regardless."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.full = False

    def read(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        return {
            table: [self.items[name] for key in wanted if (name := str(key["pk"])) in self.items]
            for table, wanted in keys.items()
        }

    def first(self, table: str, pk: str) -> Item | None:
        return self.items.get(pk)

    def query(self, table: str, query: Query) -> Sequence[Item]:
        return ()

    def count_up(self, table: str, key: Item, expires_at: int | None = None) -> int:
        return 1

    def update(self, table: str, key: Item, changes: Item, condition: Condition) -> None:
        raise NotImplementedError

    def transact(self, writes: Sequence[Write], token: str) -> None:
        if not self.full:
            self.items |= {str(put.item["pk"]): put.item for put in writes if isinstance(put, Put)}


def run() -> None:
    # The functions log each answer, which is part of the work and not of the table.
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        seconds = seconds_each(_works())
    one = seconds[str(LINES[0])]
    print_table(
        "A warm create_order without its database",
        ("lines", "ms/order", "× one line"),
        [(lines, f"{each * 1000:.2f}", f"{each / one:.1f}") for lines, each in seconds.items()],
    )


def _works() -> dict[str, Work]:
    stack = read_stack(ROOT / "template.yaml")
    set_environment(stack.functions.values(), {"POWERTOOLS_METRICS_DISABLED": "true"})
    memory = Memory()
    connection.use(memory)
    key = bootstrap.create_organization("Benchmark").test_key
    api = Api(stack, Functions(stack.functions.values()), key)
    customer, price = api.customer()["id"], api.price()["id"]
    memory.full = True
    line = {"price": price, "quantity": 3}
    return {
        str(count): _work(stack, key, {"customer": customer, "line_items": [line] * count})
        for count in LINES
    }


def _work(stack: Stack, key: str, order: Mapping[str, Any]) -> Work:
    headers = [("authorization", f"Bearer {key}"), ("content-type", "application/json")]
    found = find_route(stack.routes, "POST", "/v1/orders")
    assert found is not None
    route, variables = found
    request = HttpRequest("POST", "/v1/orders", headers, as_json(order))
    event = build_event(request, route, variables)
    function = stack.functions[route.function]
    context = LambdaContext(function.name, function.memory_megabytes, "", deadline=0)
    work = partial(load(function), event, context)
    assert work()["statusCode"] == 201
    return work
