"""Sixteen workers at once on one due list, each message several times, on an emulator that runs
transactions as DynamoDB does. A customer who is charged twice is the one thing that may not happen.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from farebox.billing.orders import Order
from farebox.storage import items
from local.template import Stack
from tests.charging import CHARGE_ORDER, Charging
from tests.client import Api
from tests.due_orders import batches, keep_due_orders
from tests.tables import everything

WORKERS = 16


def with_duplicates(texts: Sequence[str], chance: random.Random) -> list[str]:
    """Every message one to three times, in any order."""
    repeated = [text for text in texts for _ in range(chance.randint(1, 3))]
    chance.shuffle(repeated)
    return repeated


@pytest.mark.parametrize("count", [200, pytest.param(2000, marks=pytest.mark.simulation)])
def test_each_order_is_charged_exactly_once(
    emulated_api: Api, stack: Stack, charging: Charging, count: int
) -> None:
    customer = emulated_api.customer()["id"]
    emulated_api.payment_method(customer)
    orders = keep_due_orders(emulated_api.organization, customer, count)

    charging.tick()
    messages = with_duplicates(charging.messages, random.Random(count))  # noqa: S311
    with ThreadPoolExecutor(WORKERS) as pool:
        answers = list(
            pool.map(
                lambda event: emulated_api.functions.invoke(CHARGE_ORDER, event), batches(messages)
            )
        )

    assert [answer["batchItemFailures"] for answer in answers] == [[]] * len(answers)
    kept = everything(stack, emulated_api.organization)
    charged = Counter(
        json.loads(str(item["document"]))["order"] for key, item in kept.items() if "#SBC#" in key
    )
    assert charged == Counter(orders)
    records = [items.read(Order, str(kept[key]["document"])) for key in kept if "#ORD#" in key]
    assert Counter(order.status for order in records) == {"paid": count}
    assert len({order.invoice_number for order in records}) == count
    assert not [key for key in kept if "#ORD#" in key and "due_sk" in kept[key]]
    paid_events = [item for item in kept.values() if item.get("type") == "order.paid"]
    assert len(paid_events) == count
