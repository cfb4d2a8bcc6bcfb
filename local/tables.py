"""The template's tables, created in the emulator."""

from collections.abc import Iterable
from typing import Any

import boto3

from local.template import Table


def create_tables(tables: Iterable[Table]) -> None:
    """Create each table as CloudFormation would, on demand and with its indexes."""
    client = boto3.client("dynamodb")
    for table in tables:
        client.create_table(**creation_of(table))
        if table.expiry_attribute:
            client.update_time_to_live(
                TableName=table.name,
                TimeToLiveSpecification={
                    "Enabled": True,
                    "AttributeName": table.expiry_attribute,
                },
            )


def creation_of(table: Table) -> dict[str, Any]:
    """Say what CreateTable needs; empty lists are left out, since it refuses them."""
    request: dict[str, Any] = {
        "TableName": table.name,
        "KeySchema": list(table.keys),
        "AttributeDefinitions": list(table.attributes),
        "BillingMode": "PAY_PER_REQUEST",
    }
    if table.indexes:
        request["GlobalSecondaryIndexes"] = list(table.indexes)
    if table.stream_view:
        request["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": table.stream_view,
        }
    return request
