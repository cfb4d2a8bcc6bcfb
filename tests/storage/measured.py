"""What one call asks of DynamoDB, counted on the emulator.

The emulator reports write units, and read units of queries, as DynamoDB does. It reports none for
BatchGetItem, so those are reckoned by the published rule: a strongly consistent read takes one
unit for each item begun 4 KB, and one for an item that is not there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from farebox import telemetry
from farebox.storage import connection
from farebox.storage.connection import Item
from tests.client import Answered
from tests.faults import FaultyConnection

READ_UNIT_BYTES = 4096


@dataclass(frozen=True)
class Cost:
    """Round trips and capacity units of one call."""

    round_trips: int
    read_units: Decimal
    write_units: Decimal

    def __str__(self) -> str:
        return f"{self.round_trips} | {self.read_units.normalize():f} | {self.write_units:f}"


class Meter(FaultyConnection):
    """Reckons the read units that the connection below does not report."""

    read_units = Decimal(0)

    def read(self, keys: Mapping[str, Sequence[Item]]) -> Mapping[str, Sequence[Item]]:
        reported = telemetry.usage().read_units
        found = super().read(keys)
        if telemetry.usage().read_units == reported:
            for table, wanted in keys.items():
                items = found[table]
                self.read_units += sum(-(-size_of(item) // READ_UNIT_BYTES) for item in items)
                self.read_units += len(wanted) - len(items)
        return found


def measured(answer_to: Callable[[], Answered]) -> Cost:
    """What one call costs. It must succeed."""
    real = connection.connection()
    meter = Meter(real)
    connection.use(meter)
    answer = answer_to()
    connection.use(real)
    assert answer.status in (200, 201), answer.text
    usage = telemetry.usage()
    reads = usage.read_units + meter.read_units
    return Cost(len(meter.calls), reads, usage.write_units.normalize())


def size_of(item: Mapping[str, object]) -> int:
    """An item's size as DynamoDB counts it: names and values; numbers in half-bytes."""
    return sum(len(name.encode()) + _size_of_value(value) for name, value in item.items())


def _size_of_value(value: object) -> int:
    if isinstance(value, bool):
        return 1
    if isinstance(value, int):
        return (len(str(value).strip("-0")) + 1) // 2 + 1
    return len(str(value).encode())
