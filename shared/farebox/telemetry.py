"""One log line and one metric for each invocation, and what it cost in database units.

Only named fields are logged: never a body, a key, an e-mail address or a query.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics


@dataclass(slots=True)
class Usage:
    """What one invocation asked of DynamoDB: round trips, and the units that it reported."""

    round_trips: int = 0
    read_units: Decimal = field(default_factory=Decimal)
    write_units: Decimal = field(default_factory=Decimal)


usage = Usage()


def count_units(consumed: Any, *, writes: bool) -> None:
    """Add one call's ``ConsumedCapacity`` (one, or one for each table) to the invocation's."""
    tables: Iterable[Mapping[str, Any]] = [consumed] if isinstance(consumed, Mapping) else consumed
    units = sum((Decimal(str(table.get("CapacityUnits", 0))) for table in tables), Decimal())
    usage.round_trips += 1
    if writes:
        usage.write_units += units
    else:
        usage.read_units += units


def start() -> None:
    """Begin counting for one invocation."""
    usage.round_trips, usage.read_units, usage.write_units = 0, Decimal(), Decimal()


def finish(operation: str, fields: Mapping[str, Any], error: BaseException | None = None) -> None:
    """Say what one invocation came to; ``error`` is one that nobody foresaw."""
    line = {
        "operation": operation,
        **fields,
        "round_trips": usage.round_trips,
        "read_units": str(usage.read_units),
        "write_units": str(usage.write_units),
    }
    if error is None:
        _logger().info("answered", extra=line)
    else:
        _logger().error("failed", extra=line, exc_info=error)
    metrics = _metrics()
    metrics.add_dimension(name="operation", value=operation)
    metrics.add_dimension(name="outcome", value=f"{int(fields.get('status', 500)) // 100}xx")
    metrics.add_metric(name="Answers", unit="Count", value=1)
    metrics.flush_metrics()
    metrics.clear_metrics()


@cache
def _logger() -> "Logger":
    from aws_lambda_powertools import Logger

    return Logger(utc=True, location=None)


@cache
def _metrics() -> "Metrics":
    from aws_lambda_powertools import Metrics

    return Metrics()
