"""One log line and one metric for each invocation, and what it cost in database units.

Only named fields are logged: never a body, a key, an e-mail address or a query.
"""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@dataclass(slots=True)
class Usage:
    """What one invocation asked of DynamoDB: round trips, and the units that it reported."""

    round_trips: int = 0
    read_units: Decimal = field(default_factory=Decimal)
    write_units: Decimal = field(default_factory=Decimal)


_usage: ContextVar[Usage] = ContextVar("usage")


def usage() -> Usage:
    """What this invocation has asked for so far; invocations may overlap in one process."""
    found = _usage.get(None)
    if found is None:
        found = Usage()
        _usage.set(found)
    return found


def count_trip() -> None:
    """Count one call of the database, whatever comes of it."""
    usage().round_trips += 1


def count_units(consumed: Any, *, writes: bool) -> None:
    """Add one call's ``ConsumedCapacity`` (one, or one for each table) to the invocation's."""
    tables: Iterable[Mapping[str, Any]] = [consumed] if isinstance(consumed, Mapping) else consumed
    units = sum((Decimal(str(table.get("CapacityUnits", 0))) for table in tables), Decimal())
    counted = usage()
    if writes:
        counted.write_units += units
    else:
        counted.read_units += units


def start() -> None:
    """Begin counting for one invocation."""
    _usage.set(Usage())


def finish(operation: str, fields: Mapping[str, Any], error: BaseException | None = None) -> None:
    """Say what one answered request came to; ``error`` is one that nobody foresaw."""
    _log(operation, fields, error)
    status = int(fields.get("status", 500))
    count("Answers", operation=operation, outcome=f"{status // 100}xx")


def finish_work(
    operation: str, fields: Mapping[str, Any], error: BaseException | None = None
) -> None:
    """Say what one piece of work came to that no caller waited for."""
    _log(operation, fields, error)
    count("Work", operation=operation, outcome=str(fields["outcome"]).partition(" ")[0])


def _log(operation: str, fields: Mapping[str, Any], error: BaseException | None) -> None:
    counted = usage()
    line = {
        "operation": operation,
        **fields,
        "round_trips": counted.round_trips,
        "read_units": str(counted.read_units),
        "write_units": str(counted.write_units),
    }
    if error is None:
        _logger().info("done", extra=line)
    else:
        _logger().error("failed", extra=line, exc_info=error)


def count(name: str, **dimensions: str) -> None:
    """Count one more of a metric, in the log line that CloudWatch reads."""
    from aws_lambda_powertools import single_metric
    from aws_lambda_powertools.metrics import MetricUnit

    with single_metric(name=name, unit=MetricUnit.Count, value=1) as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(name=dimension, value=value)


@cache
def _logger() -> "Logger":
    from aws_lambda_powertools import Logger

    return Logger(utc=True, location=None)
