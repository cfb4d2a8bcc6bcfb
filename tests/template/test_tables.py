"""The three tables: what is kept for ever, what expires, what is streamed."""

from collections.abc import Callable, Mapping
from typing import Any

Properties = Mapping[str, Any]
Resources = Callable[[str], Mapping[str, Properties]]

TABLE = "AWS::DynamoDB::Table"
TABLES = {"CoreTable", "EventsTable", "EphemeralTable"}


def test_records_survive_a_mistake_and_the_stack_itself(
    document: dict[str, Any], resources: Resources
) -> None:
    """Else one wrong command loses every order for good."""
    core = document["Resources"]["CoreTable"]
    recovery = resources(TABLE)["CoreTable"]["PointInTimeRecoverySpecification"]

    assert recovery == {"PointInTimeRecoveryEnabled": True}
    assert (core["DeletionPolicy"], core["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert "TimeToLiveSpecification" not in core["Properties"]


def test_events_and_idempotency_records_expire(resources: Resources) -> None:
    """Else storage that nobody reads grows with every call."""
    for logical_id in ("EventsTable", "EphemeralTable"):
        expiry = resources(TABLE)[logical_id]["TimeToLiveSpecification"]
        assert expiry == {"AttributeName": "expires_at", "Enabled": True}


def test_events_are_streamed_with_their_contents(resources: Resources) -> None:
    """Else what sends webhooks would read each event again, or never hear of it."""
    assert resources(TABLE)["EventsTable"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_tables_cost_nothing_while_idle(resources: Resources) -> None:
    """Else a deployment is billed by the hour."""
    tables = resources(TABLE)

    assert tables.keys() == TABLES
    assert all(t["BillingMode"] == "PAY_PER_REQUEST" for t in tables.values())


def test_an_index_repeats_no_more_than_keys(resources: Resources) -> None:
    """Else every write of a record is paid for once more in full for each index."""
    indexes = resources(TABLE)["CoreTable"]["GlobalSecondaryIndexes"]

    assert {i["IndexName"] for i in indexes} == {"list", "list_by_customer", "due"}
    assert all(i["Projection"] == {"ProjectionType": "KEYS_ONLY"} for i in indexes)


def test_every_index_that_holds_up_writes_raises_an_alarm(resources: Resources) -> None:
    """Else a shard that is full slows every write of the table, and nobody knows which."""
    watched = {
        dimension["Value"]
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "WriteThrottleEvents"
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "GlobalSecondaryIndexName"
    }

    indexes = resources(TABLE)["CoreTable"]["GlobalSecondaryIndexes"]
    assert watched == {index["IndexName"] for index in indexes}


def test_a_key_command_can_find_the_tables(document: dict[str, Any]) -> None:
    """Else `python -m farebox --stack … organization create` finds no table to write to."""
    outputs = document["Outputs"]

    for table in TABLES:
        assert outputs[table]["Value"] == {"Ref": table}
    assert "ApiUrl" in outputs
