"""The one seam to the charge worker from a request that waits: ask it to look at a record now.

Whatever becomes of the call, what it was asked for is kept with the record before: the schedule
picks it up.
"""

from typing import TYPE_CHECKING, Any, Protocol

import simplejson

from farebox import deadline, telemetry
from farebox.problems import Unavailable
from farebox.settings import settings
from farebox.storage.connection import LONGEST_CALL_SECONDS

if TYPE_CHECKING:
    from botocore.client import BaseClient

CONNECT_TIMEOUT_SECONDS = 1
LONGEST_WAIT_SECONDS = 5
# What a request keeps of its time: enough to read the record, and to answer.
KEPT_SECONDS = LONGEST_CALL_SECONDS
SHORTEST_WAIT_SECONDS = 2


class Worker(Protocol):
    """What invokes the worker must do."""

    def invoke(self, event: dict[str, Any], seconds: int) -> None:
        """Invoke it and wait so long for it to be done.

        Raises ``Unavailable``: it failed, or was not done in time; what it did is not known.
        """


class Lambda:
    """The real one: a function, invoked synchronously and once."""

    def __init__(self, function: str) -> None:
        self._function = function
        self._clients: dict[int, BaseClient] = {}

    def invoke(self, event: dict[str, Any], seconds: int) -> None:
        from botocore.exceptions import ClientError, HTTPClientError
        from botocore.exceptions import ConnectionError as NoConnectionError

        if seconds not in self._clients:
            self._clients[seconds] = _client(seconds)
        client: Any = self._clients[seconds]
        telemetry.count_trip()
        try:
            payload = simplejson.dumps(event).encode()
            answer = client.invoke(FunctionName=self._function, Payload=payload)
        except (ClientError, HTTPClientError, NoConnectionError) as error:
            raise Unavailable from error
        if "FunctionError" in answer:
            raise Unavailable


def invoke(event: dict[str, Any]) -> None:
    """Ask the worker in use, and wait as long as this request may. Raises ``Unavailable``."""
    seconds = int(min(LONGEST_WAIT_SECONDS, deadline.left() - KEPT_SECONDS))
    if seconds < SHORTEST_WAIT_SECONDS:
        raise Unavailable
    _chosen().invoke(event, seconds)


_worker: Worker | None = None


def use(other: Worker | None) -> None:
    """Put another worker in place; None goes back to Lambda."""
    global _worker
    _worker = other


def _chosen() -> Worker:
    global _worker
    if _worker is None:
        _worker = Lambda(settings().charge_order_function)
    return _worker


def _client(seconds: int) -> "BaseClient":
    import botocore.config
    import botocore.session

    config = botocore.config.Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=seconds - CONNECT_TIMEOUT_SECONDS,
        retries={"total_max_attempts": 1},
        tcp_keepalive=True,
    )
    return botocore.session.get_session().create_client("lambda", config=config)
