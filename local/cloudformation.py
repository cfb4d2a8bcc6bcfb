"""CloudFormation's YAML and intrinsic functions, so that wiring is written once."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from local.errors import TemplateError

REGION = "us-east-1"
ACCOUNT = "000000000000"
STACK_NAME = "farebox-local"

# Left out of whatever list or mapping it stands in, as CloudFormation does with AWS::NoValue.
NO_VALUE = object()

PSEUDO_PARAMETERS: Mapping[str, object] = {
    "AWS::AccountId": ACCOUNT,
    "AWS::NoValue": NO_VALUE,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": STACK_NAME,
    "AWS::URLSuffix": "amazonaws.com",
}

# The property that names a resource; only what can be addressed locally.
NAMING: Mapping[str, str] = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Serverless::Function": "FunctionName",
}

# Only its path says which queue is meant: an SDK sends to the endpoint that it is told.
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{{name}}"

# What Ref gives where it is not the name, and what GetAtt gives.
REFERENCES: Mapping[str, str] = {"AWS::SQS::Queue": QUEUE_URL}
ATTRIBUTES: Mapping[tuple[str, str], str] = {
    ("AWS::DynamoDB::Table", "Arn"): f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{name}}",
    ("AWS::SQS::Queue", "Arn"): f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{name}}",
    ("AWS::SQS::Queue", "QueueName"): "{name}",
    ("AWS::SQS::Queue", "QueueUrl"): QUEUE_URL,
    ("AWS::Serverless::Function", "Arn"): f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{name}}",
}

# ${Name}, and ${!Name}, which stands for the text ${Name}.
SUBSTITUTION = re.compile(r"\$\{(!?)([^}]+)\}")


class TemplateLoader(yaml.SafeLoader):
    """Reads `!Ref x` as {"Ref": x} and `!Sub x` as {"Fn::Sub": x}."""


def _construct_tag(loader: TemplateLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


TemplateLoader.add_multi_constructor("!", _construct_tag)


def read_document(path: Path) -> dict[str, Any]:
    """Read a template file, with its short tags in their long form."""
    try:
        # The loader is a SafeLoader: it builds nothing but plain values.
        document = yaml.load(path.read_text(), TemplateLoader)  # noqa: S506
    except FileNotFoundError:
        raise TemplateError(f"{path} is missing: the local stack is wired by it.") from None
    except yaml.YAMLError as error:
        raise TemplateError(f"{path} is not a readable template: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise TemplateError(f"{path} has no Resources.")
    return document


class Resolver:
    """Gives the values that CloudFormation would put in place of intrinsic functions."""

    def __init__(self, document: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        self.document = document
        self.resources: Mapping[str, Any] = document["Resources"]
        declared: Mapping[str, Any] = document.get("Parameters", {})
        defaults = {name: p["Default"] for name, p in declared.items() if "Default" in p}
        self.parameters: Mapping[str, object] = {**PSEUDO_PARAMETERS, **defaults, **parameters}
        self.functions: Mapping[str, Callable[[Any], object]] = {
            "Ref": self._reference,
            "Condition": self._condition,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._substitute,
            "Fn::If": self._choose,
            "Fn::Join": lambda a: str(a[0]).join(str(part) for part in self.resolve(a[1])),
            "Fn::Select": lambda a: self.resolve(a[1])[int(self.resolve(a[0]))],
            "Fn::FindInMap": self._find_in_map,
            "Fn::Equals": lambda a: str(self.resolve(a[0])) == str(self.resolve(a[1])),
            "Fn::Not": lambda a: not self.resolve(a[0]),
            "Fn::And": lambda a: all(self.resolve(part) for part in a),
            "Fn::Or": lambda a: any(self.resolve(part) for part in a),
        }

    def resolve(self, node: Any) -> Any:
        """Resolve a value with everything in it."""
        if isinstance(node, list):
            return [value for part in node if (value := self.resolve(part)) is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(name, argument)] = node.items()
            if name in self.functions:
                return self.functions[name](argument)
            if isinstance(name, str) and name.startswith("Fn::"):
                raise TemplateError(f"The local stack cannot resolve {name} {argument!r}.")
        resolved = ((name, self.resolve(part)) for name, part in node.items())
        return {name: value for name, value in resolved if value is not NO_VALUE}

    def resource_name(self, logical_id: str) -> str:
        """Name a resource as the template does, else after its logical id."""
        resource = self._resource(logical_id)
        naming = NAMING.get(resource["Type"])
        properties = resource.get("Properties", {})
        if naming in properties:
            return str(self.resolve(properties[naming]))
        return f"{STACK_NAME}-{logical_id}" if naming else logical_id

    def _resource(self, logical_id: str) -> Mapping[str, Any]:
        if logical_id not in self.resources:
            raise TemplateError(
                f"The template refers to {logical_id}, which is neither a resource of it nor a "
                "parameter with a default."
            )
        resource: Mapping[str, Any] = self.resources[logical_id]
        return resource

    def _reference(self, name: str) -> object:
        if name in self.parameters:
            return self.parameters[name]
        shape = REFERENCES.get(self._resource(name)["Type"], "{name}")
        return shape.format(name=self.resource_name(name))

    def _attribute(self, argument: str | list[str]) -> str:
        logical_id, _, attribute = (
            argument.partition(".")
            if isinstance(argument, str)
            else (argument[0], ".", argument[1])
        )
        resource_type = self._resource(logical_id)["Type"]
        if (resource_type, attribute) not in ATTRIBUTES:
            raise TemplateError(
                f"The local stack knows no {attribute} of {logical_id}, an {resource_type}."
            )
        return ATTRIBUTES[resource_type, attribute].format(name=self.resource_name(logical_id))

    def _substitute(self, argument: str | list[Any]) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument

        def replacement(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in given:
                return str(self.resolve(given[name]))
            return str(self._attribute(name) if "." in name else self._reference(name))

        return SUBSTITUTION.sub(replacement, text)

    def _choose(self, argument: list[Any]) -> Any:
        condition, if_true, if_false = argument
        return self.resolve(if_true if self._condition(condition) else if_false)

    def _condition(self, name: str) -> bool:
        conditions = self.document.get("Conditions", {})
        if name not in conditions:
            raise TemplateError(f"The template uses the condition {name}, but has none.")
        return bool(self.resolve(conditions[name]))

    def _find_in_map(self, argument: list[Any]) -> Any:
        name, top, second = (self.resolve(part) for part in argument)
        try:
            return self.document["Mappings"][name][top][second]
        except KeyError:
            raise TemplateError(f"The template has no mapping {name}.{top}.{second}.") from None
