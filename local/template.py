"""What template.yaml wires, as typed values: nothing runs locally that is not wired there."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.cloudformation import Resolver, read_document
from local.errors import TemplateError

# What Lambda and SAM assume where a template says nothing.
DEFAULT_TIMEOUT_SECONDS = 3
DEFAULT_MEMORY_MEGABYTES = 128
DEFAULT_BATCH_SIZE = 10
DEFAULT_ROUTE = "$default"

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
UNIT_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
REPORTS_FAILURES = "ReportBatchItemFailures"

# What is read of an event's or a queue's properties, and what changes nothing here. Any other one
# is refused: the stack would do something else here than deployed.
SCHEDULE_PROPERTIES = {"ScheduleExpression", "OmitName", "RetryPolicy"}
CONSUMER_PROPERTIES = {"Queue", "BatchSize", "FunctionResponseTypes", "ScalingConfig"}
QUEUE_ATTRIBUTES = {"MessageRetentionPeriod", "VisibilityTimeout", "RedrivePolicy"}


@dataclass(frozen=True, slots=True)
class Function:
    """One Lambda function: where its code is, and what it runs with."""

    logical_id: str
    name: str
    handler: str
    code_directory: Path
    layer_directories: tuple[Path, ...]
    environment: Mapping[str, str]
    timeout_seconds: int
    memory_megabytes: int


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API, and the logical id of the function behind it."""

    method: str
    path: str
    function: str

    @property
    def key(self) -> str:
        """The route as the gateway writes it in `routeKey`."""
        return self.path if self.path == DEFAULT_ROUTE else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Table:
    """One DynamoDB table; keys and indexes in the words of CreateTable."""

    name: str
    keys: tuple[Mapping[str, str], ...]
    attributes: tuple[Mapping[str, str], ...]
    indexes: tuple[Mapping[str, Any], ...]
    expiry_attribute: str | None
    stream_view: str | None


@dataclass(frozen=True, slots=True)
class Queue:
    """One SQS queue; attributes in the words of CreateQueue."""

    name: str
    url: str
    arn: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A function that is invoked at a rate."""

    name: str
    function: str
    every_seconds: int


@dataclass(frozen=True, slots=True)
class QueueConsumer:
    """A function that gets a queue's messages, and whether it says which ones failed."""

    function: str
    queue: Queue
    batch_size: int
    reports_failures: bool


@dataclass(frozen=True, slots=True)
class Stack:
    """Everything that the local stack serves; another kind of event is another field."""

    functions: Mapping[str, Function]
    routes: tuple[Route, ...]
    schedules: tuple[Schedule, ...]
    queue_consumers: tuple[QueueConsumer, ...]
    tables: tuple[Table, ...]
    queues: tuple[Queue, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """What invokes a function, as the template has it, resolved."""

    function: str
    name: str
    type: str
    properties: Mapping[str, Any]


def read_stack(path: Path, parameters: Mapping[str, str] | None = None) -> Stack:
    """Read the template at `path`, with its parameters' defaults unless others are given."""
    document = read_document(path)
    resolver = Resolver(document, parameters or {})
    shared = document.get("Globals", {}).get("Function", {})
    functions: dict[str, Function] = {}
    events: list[Event] = []
    tables: list[Table] = []
    queues: list[Queue] = []
    for logical_id, resource in resolver.resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties = merge_globals(shared, properties)
            functions[logical_id] = _function(logical_id, properties, resolver, path.parent)
            events.extend(_events(logical_id, resolver.resolve(properties.get("Events", {}))))
        elif resource["Type"] == "AWS::DynamoDB::Table":
            tables.append(_table(resolver.resource_name(logical_id), resolver.resolve(properties)))
        elif resource["Type"] == "AWS::SQS::Queue":
            queues.append(_queue(logical_id, resolver.resolve(properties), resolver))
    return Stack(
        functions=functions,
        routes=tuple(_route(event) for event in events if event.type == "HttpApi"),
        schedules=tuple(_schedule(event) for event in events if event.type == "ScheduleV2"),
        queue_consumers=tuple(_consumer(e, queues) for e in events if e.type == "SQS"),
        tables=tuple(tables),
        queues=tuple(queues),
    )


def merge_globals(shared: Any, own: Any) -> Any:
    """Merge as SAM does: mappings key by key, lists one after the other, else a resource's own."""
    if isinstance(shared, dict) and isinstance(own, dict):
        both = {key: merge_globals(shared[key], own[key]) for key in shared.keys() & own.keys()}
        return {**shared, **own, **both}
    if isinstance(shared, list) and isinstance(own, list):
        return [*shared, *own]
    return own


def _function(
    logical_id: str, properties: Mapping[str, Any], resolver: Resolver, root: Path
) -> Function:
    def setting(name: str, default: Any = None) -> Any:
        value = resolver.resolve(properties.get(name, default))
        if value is None:
            raise TemplateError(f"{logical_id} has no {name}.")
        return value

    variables = setting("Environment", {}).get("Variables", {})
    return Function(
        logical_id=logical_id,
        name=resolver.resource_name(logical_id),
        handler=setting("Handler"),
        code_directory=root / setting("CodeUri"),
        layer_directories=tuple(
            _layer_directory(layer, logical_id, resolver, root)
            for layer in properties.get("Layers", [])
        ),
        environment={name: _variable(value) for name, value in variables.items()},
        timeout_seconds=int(setting("Timeout", DEFAULT_TIMEOUT_SECONDS)),
        memory_megabytes=int(setting("MemorySize", DEFAULT_MEMORY_MEGABYTES)),
    )


def _variable(value: object) -> str:
    """Write a variable's value as CloudFormation does."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _layer_directory(layer: Any, logical_id: str, resolver: Resolver, root: Path) -> Path:
    """Find a layer's own code; a layer from elsewhere is not on this machine."""
    resource = resolver.resources.get(layer.get("Ref", "") if isinstance(layer, dict) else "", {})
    if resource.get("Type") != "AWS::Serverless::LayerVersion":
        raise TemplateError(f"{logical_id} uses {layer!r}, which is no layer of this template.")
    return root / str(resolver.resolve(resource["Properties"]["ContentUri"]))


def _events(logical_id: str, events: Mapping[str, Any]) -> list[Event]:
    """Read a function's events, and refuse one that would silently never come."""
    read = []
    for name, event in events.items():
        if event["Type"] not in ("HttpApi", "ScheduleV2", "SQS"):
            raise TemplateError(
                f"{logical_id}'s event {name} is of the type {event['Type']}, "
                "which the local stack does not serve yet."
            )
        read.append(Event(logical_id, name, event["Type"], event.get("Properties", {})))
    return read


def _route(event: Event) -> Route:
    method = str(event.properties.get("Method", "ANY")).upper()
    path = str(event.properties.get("Path", DEFAULT_ROUTE))
    return Route(
        "ANY" if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" else method, path, event.function
    )


def _schedule(event: Event) -> Schedule:
    _refuse_others(f"{event.function}'s event {event.name}", event.properties, SCHEDULE_PROPERTIES)
    expression = event.properties.get("ScheduleExpression", "")
    rate = RATE.fullmatch(expression)
    if rate is None:
        raise TemplateError(
            f"{event.function}'s event {event.name} comes at {expression!r}; the local stack "
            "knows no schedule but rate(…)."
        )
    number, unit = rate.groups()
    return Schedule(
        f"{event.function}{event.name}", event.function, int(number) * UNIT_SECONDS[unit]
    )


def _consumer(event: Event, queues: Iterable[Queue]) -> QueueConsumer:
    _refuse_others(f"{event.function}'s event {event.name}", event.properties, CONSUMER_PROPERTIES)
    arn = event.properties.get("Queue")
    queue = next((queue for queue in queues if queue.arn == arn), None)
    if queue is None:
        raise TemplateError(
            f"{event.function}'s event {event.name} names {arn!r}, which is no queue of this "
            "template."
        )
    return QueueConsumer(
        function=event.function,
        queue=queue,
        batch_size=int(event.properties.get("BatchSize", DEFAULT_BATCH_SIZE)),
        reports_failures=REPORTS_FAILURES in event.properties.get("FunctionResponseTypes", ()),
    )


def _queue(logical_id: str, properties: Mapping[str, Any], resolver: Resolver) -> Queue:
    given = {name: value for name, value in properties.items() if name != "QueueName"}
    _refuse_others(logical_id, given, QUEUE_ATTRIBUTES)
    return Queue(
        name=resolver.resource_name(logical_id),
        url=str(resolver.resolve({"Ref": logical_id})),
        arn=str(resolver.resolve({"Fn::GetAtt": [logical_id, "Arn"]})),
        attributes={
            name: json.dumps(value) if isinstance(value, dict) else str(value)
            for name, value in given.items()
        },
    )


def _refuse_others(owner: str, properties: Mapping[str, Any], known: set[str]) -> None:
    """Refuse a property that would silently have no effect here."""
    for name in properties:
        if name not in known:
            raise TemplateError(f"{owner} sets {name}, which the local stack does not serve yet.")


def _table(name: str, properties: Mapping[str, Any]) -> Table:
    expiry = properties.get("TimeToLiveSpecification", {})
    return Table(
        name=name,
        keys=tuple(properties["KeySchema"]),
        attributes=tuple(properties["AttributeDefinitions"]),
        indexes=tuple(properties.get("GlobalSecondaryIndexes", ())),
        expiry_attribute=expiry.get("AttributeName") if expiry.get("Enabled") else None,
        stream_view=properties.get("StreamSpecification", {}).get("StreamViewType"),
    )
