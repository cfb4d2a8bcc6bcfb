"""The queue, the schedule and the charge worker of a test: in this process, and only when asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from local.functions import Functions

CHARGE_ORDER = "ChargeOrderFunction"
DISPATCH_CHARGES = "DispatchChargesFunction"


@dataclass
class Charging:
    """Stands in for SQS, for Lambda's invocation and for EventBridge."""

    functions: Functions
    messages: list[str] = field(default_factory=list)

    def send(self, texts: Sequence[str]) -> Sequence[int]:
        self.messages += texts
        return range(len(texts))

    def invoke(self, event: dict[str, Any], seconds: int) -> None:
        self.functions.invoke(CHARGE_ORDER, event)

    def tick(self) -> int:
        """One tick of the schedule; answers with how many messages it sent."""
        sent: int = self.functions.invoke(DISPATCH_CHARGES, {})["sent"]
        return sent

    def deliver(self) -> list[str]:
        """Work on every message in the queue; answers with those that were reported as failed."""
        records = [
            {"messageId": str(place), "body": text} for place, text in enumerate(self.messages)
        ]
        texts, self.messages = self.messages, []
        answer = self.functions.invoke(CHARGE_ORDER, {"Records": records})
        return [texts[int(each["itemIdentifier"])] for each in answer["batchItemFailures"]]

    def run(self) -> list[str]:
        """A tick, and the work that it hands out."""
        self.tick()
        return self.deliver()
