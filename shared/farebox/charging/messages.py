"""What is said between the schedule, the API and the charge worker: look at this record.

A message carries no decision: whoever gets it reads the record and does what is due, if anything
is. So a message may come twice, late, or never.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import simplejson

from farebox.storage.keys import Tenant

ORDER = "order"
CUSTOMER = "customer"
CHECKOUT = "checkout"
CHARGE = "charge"
CANCEL = "cancel"
RECONCILE = "reconcile"
AUTHENTICATE = "authenticate"
REFUSE_AUTHENTICATION = "refuse_authentication"
_KINDS = (ORDER, CUSTOMER, CHECKOUT)
_COMMANDS = (CHARGE, CANCEL, RECONCILE, AUTHENTICATE, REFUSE_AUTHENTICATION)


class UnreadableMessage(Exception):
    """A message that nobody here wrote; it ends in the dead-letter queue."""


@dataclass(frozen=True, slots=True)
class Message:
    """A record to look at, and what for.

    ``charge`` does what is due; ``cancel`` cancels the order; ``reconcile`` resolves a doubt before
    its time; the other two are a customer's answer to what their bank asked.
    """

    organization: str
    livemode: bool
    id: str
    kind: str = ORDER
    command: str = CHARGE

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.organization, self.livemode)

    def as_event(self) -> dict[str, Any]:
        """The event that invokes the worker directly."""
        return asdict(self)

    @property
    def text(self) -> str:
        """The body of a message in the queue."""
        text: str = simplejson.dumps(self.as_event(), separators=(",", ":"))
        return text


def read(given: Any) -> Message:
    """A message as an event or a queue record's body carries it. Raises ``UnreadableMessage``."""
    document = given
    if isinstance(given, str):
        try:
            document = simplejson.loads(given)
        except (ValueError, RecursionError):
            raise UnreadableMessage("Not JSON") from None
    if not isinstance(document, Mapping):
        raise UnreadableMessage("Not an object")
    try:
        message = Message(**document)
    except TypeError:
        raise UnreadableMessage("Not the fields of a message") from None
    named = (message.organization, message.id, message.kind, message.command)
    if not all(isinstance(each, str) for each in named) or not isinstance(message.livemode, bool):
        raise UnreadableMessage("A field has the wrong type")
    if message.kind not in _KINDS or message.command not in _COMMANDS:
        raise UnreadableMessage("An unknown kind or command")
    return message
