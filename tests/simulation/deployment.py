"""What is deployed: the functions of template.yaml with their limits, tables and queue."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.functions import Handler, load
from local.template import Stack, read_stack

ROOT = Path(__file__).parents[2]
CHARGE_ORDER = "ChargeOrderFunction"
DISPATCH_CHARGES = "DispatchChargesFunction"


@dataclass(frozen=True)
class Deployment:
    """The template, and each function's handler by logical id."""

    stack: Stack
    handlers: Mapping[str, Handler]

    @property
    def batch(self) -> int:
        """The messages that the charge worker gets at a time."""
        (consumer,) = self.stack.queue_consumers
        return consumer.batch_size

    @property
    def hidden_seconds(self) -> int:
        """How long a message that was handed out is out of sight."""
        (consumer,) = self.stack.queue_consumers
        return int(consumer.queue.attributes["VisibilityTimeout"])

    @property
    def maximum_receives(self) -> int:
        """How often a message is handed out before it is put aside."""
        (consumer,) = self.stack.queue_consumers
        receives: int = json.loads(consumer.queue.attributes["RedrivePolicy"])["maxReceiveCount"]
        return receives


@cache
def deployment() -> Deployment:
    """The template of this repository, its functions loaded."""
    stack = read_stack(ROOT / "template.yaml")
    handlers = {name: load(function) for name, function in stack.functions.items()}
    return Deployment(stack, handlers)
