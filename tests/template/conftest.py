"""The template as data, and what sam builds from it."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from local.cloudformation import Resolver, read_document
from local.template import merge_globals
from tests.sam import TEMPLATE, build

Properties = Mapping[str, Any]


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    return read_document(TEMPLATE)


@pytest.fixture(scope="session")
def resolver(document: dict[str, Any]) -> Resolver:
    return Resolver(document, {})


@pytest.fixture(scope="session")
def resources(document: dict[str, Any]) -> Callable[[str], Mapping[str, Properties]]:
    """Give the properties of every resource of a type, unresolved, with its type's Globals."""
    shared = {
        f"AWS::Serverless::{name}": properties
        for name, properties in document.get("Globals", {}).items()
    }

    def of_type(resource_type: str) -> Mapping[str, Properties]:
        return {
            logical_id: merge_globals(shared.get(resource_type, {}), resource.get("Properties", {}))
            for logical_id, resource in document["Resources"].items()
            if resource["Type"] == resource_type
        }

    return of_type


@pytest.fixture(scope="session")
def declared(resources: Callable[[str], Mapping[str, Properties]]) -> Mapping[str, Properties]:
    return resources("AWS::Serverless::Function")


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Build once per session and architecture."""
    return cache(lambda architecture: build(architecture, tmp_path_factory.mktemp(architecture)))
