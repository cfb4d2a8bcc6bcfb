"""The template's tables as tests see them: made quickly, read whole, and compared."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from farebox.storage import connection
from farebox.storage.keys import HEAD
from local.tables import create_tables
from local.template import Stack

REGION = "us-east-1"

Items = Mapping[str, Mapping[str, Any]]


@contextmanager
def moto_tables(stack: Stack) -> Iterator[None]:
    """The template's tables in moto, for all tests of a module: making them takes longest."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        with mock_aws():
            # Nobody reads a stream here, and moto copies all of it in every transaction.
            create_tables(replace(table, stream_view=None) for table in stack.tables)
            yield


def empty_tables() -> None:
    """Forget every item in moto, and use one client for all tests: each new one takes a while."""
    for table in dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables.values():
        table.items.clear()
    connection.use(_shared_connection())


@cache
def _shared_connection() -> connection.Connection:
    return connection.connection()


def everything(stack: Stack, organization: str = "") -> Items:
    """Every item of all tables (of one organization) by its key: no two tables share one."""
    client = _client(os.environ.get("AWS_ENDPOINT_URL", ""))
    found: dict[str, Mapping[str, Any]] = {}
    for table in stack.tables:
        for page in client.get_paginator("scan").paginate(TableName=table.name):
            for item in page["Items"]:
                plain = {name: _plain(value) for name, value in item.items()}
                if plain["pk"].startswith(f"O#{organization}" if organization else ""):
                    sort = plain.get("sk", HEAD)
                    found[plain["pk"] if sort == HEAD else f"{plain['pk']}#{sort}"] = plain
    return found


def _plain(value: Mapping[str, Any]) -> Any:
    return int(value["N"]) if "N" in value else next(iter(value.values()))


@cache
def _client(endpoint: str) -> Any:
    return boto3.client("dynamodb", endpoint_url=endpoint or None)


@contextmanager
def nothing_stored(stack: Stack) -> Iterator[None]:
    """Everything that happens inside leaves the tables exactly as they were."""
    before = everything(stack)
    yield
    after = everything(stack)
    assert set(after) - set(before) == set(), "these items are new"
    assert after == before


def families(items: Items) -> list[str]:
    """What kinds of items there are: ``ORD``, ``EV``, ``IK``, ``UQ#price.lookup_key``, …"""
    return sorted(_family(key) for key in items)


def _family(key: str) -> str:
    _, _, _, kind, *rest = key.split("#")
    return f"{kind}#{rest[0]}" if kind == "UQ" else kind
