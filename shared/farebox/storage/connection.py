"""The one seam to DynamoDB: six calls on flat items, and what can go wrong with each.

Everything above speaks in ``Item`` (text, integers, booleans). Tests and the simulator put another
``Connection`` in place with ``use``; the AWS client can be exchanged here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from farebox import clock, deadline, telemetry
from farebox.problems import Unavailable
from farebox.storage.attributes import plain, typed

if TYPE_CHECKING:
    from botocore.client import BaseClient

Item = Mapping[str, str | int | bool]

CONNECT_TIMEOUT_SECONDS = 1
READ_TIMEOUT_SECONDS = 1
CALL_ATTEMPTS = 2
# Each attempt may connect and then read; the client waits up to a second between two.
LONGEST_CALL_SECONDS = CALL_ATTEMPTS * (CONNECT_TIMEOUT_SECONDS + READ_TIMEOUT_SECONDS) + 1
BATCH_ATTEMPTS = 5
PAUSE_SECONDS = 0.05

_LEAST = "\x00"  # A text with this behind it is the next text there is.
_NOT_ANSWERED = frozenset(
    (
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionInProgressException",
    )
)

# Of a single write, what a transaction would call the reason of a refusal.
_SINGLE_REFUSALS = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "TransactionConflictException": "TransactionConflict",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """When a write may happen: an expression of DynamoDB's, with its values."""

    expression: str
    values: Item = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Put:
    """Write an item whole."""

    table: str
    item: Item
    condition: Condition


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove an item."""

    table: str
    key: Item
    condition: Condition


@dataclass(frozen=True, slots=True)
class Count:
    """Add to numbers of an item, whoever else adds to them at the same time."""

    table: str
    key: Item
    added: Mapping[str, int]
    condition: Condition


Write = Put | Delete | Count


@dataclass(frozen=True, slots=True)
class Query:
    """One page of an index, or of the table where ``index`` is None.

    ``partition`` and ``sort`` name attributes. Items lie strictly between ``after`` and ``before``,
    as far as these are given, in the order of their sort values.
    """

    partition: tuple[str, str]
    sort: str
    limit: int
    index: str | None = None
    before: str | None = None
    after: str | None = None
    newest_first: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one write of a refused transaction was refused; ``code`` is "" where it was not.

    ``item`` is what stood there, where a condition failed.
    """

    code: str
    item: Item | None = None

    @property
    def condition_failed(self) -> bool:
        return self.code == "ConditionalCheckFailed"

    @property
    def conflicted(self) -> bool:
        return self.code == "TransactionConflict"


class Refused(Exception):
    """Writes that did not happen, with a reason for each of them in turn."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(", ".join(reason.code or "-" for reason in reasons))
        self.reasons = tuple(reasons)


class Connection(Protocol):
    """What a database must do. Every call may raise ``Unavailable``: no answer, effect unknown."""

    def read(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        """Up to 100 items by key, by table, strongly consistent; absent ones are left out."""

    def first(self, table: str, pk: str) -> Item | None:
        """The item of a partition that sorts first, strongly consistent."""

    def query(self, table: str, query: Query) -> Sequence[Item]:
        """One page; fewer items than its limit are the end.

        The table is read strongly consistent, an index as it was a moment ago.
        """

    def count_up(self, table: str, key: Item, expires_at: int | None = None) -> int:
        """Add one to the item's ``count`` and return it; no value is ever returned twice. The item
        is gone some time after it ``expires_at`` a second."""

    def update(self, table: str, key: Item, changes: Item, condition: Condition) -> None:
        """Set some attributes of one item. Raises ``Refused``."""

    def transact(self, writes: Sequence[Write], token: str) -> None:
        """All writes or none; again with the same token within ten minutes is the same one.

        Raises ``Refused``.
        """


class DynamoDB:
    """The real one, over botocore's client."""

    def __init__(self, client: "BaseClient") -> None:
        self._client = client

    def read(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        wanted: dict[str, Any] = {
            table: {"Keys": [typed(key) for key in wanted], "ConsistentRead": True}
            for table, wanted in keys.items()
            if wanted
        }
        found: dict[str, list[Item]] = {table: [] for table in keys}
        for attempt in range(BATCH_ATTEMPTS):
            answer = self._call("batch_get_item", RequestItems=wanted)
            for table, items in answer["Responses"].items():
                found[table].extend(plain(item) for item in items)
            wanted = answer.get("UnprocessedKeys") or {}
            if not wanted:
                return found
            clock.pause(PAUSE_SECONDS * 2**attempt)
        raise Unavailable

    def first(self, table: str, pk: str) -> Item | None:
        answer = self._call(
            "query",
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed({":pk": pk}),
            ConsistentRead=True,
            Limit=1,
        )
        return plain(answer["Items"][0]) if answer["Items"] else None

    def query(self, table: str, query: Query) -> Sequence[Item]:
        name, value = query.partition
        names, values = {"#p": name}, {":p": value}
        condition = "#p = :p"
        for bound, sign, limit in ((":a", ">", query.after), (":b", "<", query.before)):
            if limit is not None:
                values[bound] = limit
                condition += f" AND #s {sign} {bound}"
                names["#s"] = query.sort
        if query.after is not None and query.before is not None:
            # The service takes one comparison, and BETWEEN takes its own bounds in.
            condition = "#p = :p AND #s BETWEEN :a AND :b"
            values[":a"] = query.after + _LEAST
        of_table = {"ConsistentRead": True}
        arguments: Any = of_table if query.index is None else {"IndexName": query.index}
        found: list[Item] = []
        while len(found) < query.limit:
            answer = self._call(
                "query",
                TableName=table,
                KeyConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=typed(values),
                ScanIndexForward=not query.newest_first,
                Limit=query.limit - len(found),
                **arguments,
            )
            found += [plain(item) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                break
            # The service ends a page at 1 MB, too.
            arguments |= {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        return [item for item in found if item.get(query.sort) != query.before]

    def count_up(self, table: str, key: Item, expires_at: int | None = None) -> int:
        values: dict[str, int] = {} if expires_at is None else {":e": expires_at}
        answer = self._call(
            "update_item",
            TableName=table,
            Key=typed(key),
            UpdateExpression=("SET expires_at = :e " if values else "") + "ADD #c :one",
            ExpressionAttributeNames={"#c": "count"},
            ExpressionAttributeValues=typed({":one": 1, **values}),
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["count"]["N"])

    def update(self, table: str, key: Item, changes: Item, condition: Condition) -> None:
        names = {f"#{place}": name for place, name in enumerate(changes)}
        values = {f":{place}": value for place, value in enumerate(changes.values())}
        self._call(
            "update_item",
            TableName=table,
            Key=typed(key),
            UpdateExpression="SET " + ", ".join(f"#{n} = :{n}" for n in range(len(changes))),
            ConditionExpression=condition.expression,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=typed({**values, **condition.values}),
        )

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self._call(
            "transact_write_items",
            TransactItems=[_action(write) for write in writes],
            ClientRequestToken=token,
        )

    def _call(self, operation: str, **arguments: Any) -> Any:
        from botocore.exceptions import ClientError, HTTPClientError
        from botocore.exceptions import ConnectionError as NoConnectionError

        if not deadline.allows(LONGEST_CALL_SECONDS):
            raise Unavailable
        telemetry.count_trip()
        try:
            answer = getattr(self._client, operation)(ReturnConsumedCapacity="TOTAL", **arguments)
        except ClientError as error:
            response: Any = error.response
            code = response["Error"]["Code"]
            if code == "TransactionCanceledException":
                raise Refused(_reasons(response)) from error
            if code in _SINGLE_REFUSALS:
                raise Refused([Reason(_SINGLE_REFUSALS[code])]) from error
            if code in _NOT_ANSWERED:
                raise Unavailable from error
            raise
        except (HTTPClientError, NoConnectionError) as error:
            raise Unavailable from error
        telemetry.count_units(answer.get("ConsumedCapacity", ()), writes=operation in _WRITES)
        return answer


_WRITES = ("update_item", "transact_write_items")
_connection: Connection | None = None


def connection() -> Connection:
    """The connection in use; the AWS client is made at first need."""
    global _connection
    if _connection is None:
        _connection = DynamoDB(_client())
    return _connection


def use(other: Connection | None) -> None:
    """Put another connection in place; None goes back to DynamoDB."""
    global _connection
    _connection = other


def _client() -> "BaseClient":
    import botocore.config
    import botocore.session

    config = botocore.config.Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": CALL_ATTEMPTS},
        tcp_keepalive=True,
    )
    return botocore.session.get_session().create_client("dynamodb", config=config)


def _action(write: Write) -> dict[str, Any]:
    body: dict[str, Any] = {
        "TableName": write.table,
        "ConditionExpression": write.condition.expression,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    if write.condition.values:
        body["ExpressionAttributeValues"] = typed(write.condition.values)
    if isinstance(write, Put):
        return {"Put": body | {"Item": typed(write.item)}}
    body["Key"] = typed(write.key)
    if isinstance(write, Delete):
        return {"Delete": body}
    values = {f":{name}": number for name, number in write.added.items()}
    body["ExpressionAttributeValues"] = typed({**write.condition.values, **values})
    added = ", ".join(f"{name} :{name}" for name in write.added)
    return {"Update": body | {"UpdateExpression": f"ADD {added}"}}


def _reasons(response: Any) -> list[Reason]:
    found = response.get("CancellationReasons", ())
    stood = [plain(reason["Item"]) if reason.get("Item") else None for reason in found]
    codes = ["" if reason["Code"] == "None" else reason["Code"] for reason in found]
    return [Reason(code, item) for code, item in zip(codes, stood, strict=True)]
