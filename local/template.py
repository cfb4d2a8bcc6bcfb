"""What template.yaml wires, as typed values: nothing runs locally that is not wired there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.cloudformation import Resolver, read_document
from local.errors import TemplateError

# What Lambda and SAM assume where a template says nothing.
DEFAULT_TIMEOUT_SECONDS = 3
DEFAULT_MEMORY_MEGABYTES = 128
DEFAULT_ROUTE = "$default"


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
class Stack:
    """Everything that the local stack serves; another kind of event is another field."""

    functions: Mapping[str, Function]
    routes: tuple[Route, ...]
    tables: tuple[Table, ...]


def read_stack(path: Path, parameters: Mapping[str, str] | None = None) -> Stack:
    """Read the template at `path`, with its parameters' defaults unless others are given."""
    document = read_document(path)
    resolver = Resolver(document, parameters or {})
    resources: Mapping[str, Any] = document["Resources"]
    shared = document.get("Globals", {}).get("Function", {})
    functions: dict[str, Function] = {}
    routes: list[Route] = []
    tables: list[Table] = []
    for logical_id, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties = merge_globals(shared, properties)
            functions[logical_id] = _function(logical_id, properties, resolver, path.parent)
            routes.extend(_routes(logical_id, resolver.resolve(properties.get("Events", {}))))
        elif resource["Type"] == "AWS::DynamoDB::Table":
            tables.append(_table(resolver.resource_name(logical_id), resolver.resolve(properties)))
    return Stack(functions, tuple(routes), tuple(tables))


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


def _routes(logical_id: str, events: Mapping[str, Any]) -> list[Route]:
    """Read a function's HTTP routes, and refuse an event that would silently never come."""
    routes = []
    for name, event in events.items():
        if event["Type"] != "HttpApi":
            raise TemplateError(
                f"{logical_id}'s event {name} is of the type {event['Type']}, "
                "which the local stack does not serve yet."
            )
        properties = event.get("Properties", {})
        method = str(properties.get("Method", "ANY")).upper()
        path = str(properties.get("Path", DEFAULT_ROUTE))
        routes.append(
            Route("ANY" if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" else method, path, logical_id)
        )
    return routes


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
