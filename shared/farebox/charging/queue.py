"""The one seam to the queue of what is due. Tests and the simulator put another in place."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from farebox import telemetry
from farebox.problems import Unavailable
from farebox.settings import settings

if TYPE_CHECKING:
    from botocore.client import BaseClient

MAXIMUM_BATCH = 10
CONNECT_TIMEOUT_SECONDS = 1
READ_TIMEOUT_SECONDS = 2
CALL_ATTEMPTS = 2
# Each attempt may connect and then read; the client waits up to a second between two.
LONGEST_CALL_SECONDS = CALL_ATTEMPTS * (CONNECT_TIMEOUT_SECONDS + READ_TIMEOUT_SECONDS) + 1


class Queue(Protocol):
    """What a queue must do: take messages, each of which comes out at least once."""

    def send(self, texts: Sequence[str]) -> Sequence[int]:
        """Up to ten messages; answers with the places of those that were taken.

        Raises ``Unavailable``: no answer, some may have been taken.
        """


class SQS:
    """The real one, over botocore's client."""

    def __init__(self, client: "BaseClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, texts: Sequence[str]) -> Sequence[int]:
        from botocore.exceptions import ClientError, HTTPClientError
        from botocore.exceptions import ConnectionError as NoConnectionError

        entries = [{"Id": str(place), "MessageBody": text} for place, text in enumerate(texts)]
        telemetry.count_trip()
        try:
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)  # type: ignore[attr-defined]
        except (ClientError, HTTPClientError, NoConnectionError) as error:
            raise Unavailable from error
        return [int(taken["Id"]) for taken in answer.get("Successful", ())]


_queue: Queue | None = None


def queue() -> Queue:
    """The queue in use; the AWS client is made at first need."""
    global _queue
    if _queue is None:
        _queue = SQS(_client(), settings().charge_queue_url)
    return _queue


def use(other: Queue | None) -> None:
    """Put another queue in place; None goes back to SQS."""
    global _queue
    _queue = other


def _client() -> "BaseClient":
    import botocore.config
    import botocore.session

    config = botocore.config.Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": CALL_ATTEMPTS},
        tcp_keepalive=True,
    )
    return botocore.session.get_session().create_client("sqs", config=config)
