"""One name for one operation, everywhere: file, function, event, build target, log group, alarm."""

import ast
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from farebox.charging import invocation
from local import queue_consumer, schedule
from local.template import Stack
from tests.naming import operation_of
from tests.sam import ROOT

# An HTTP API gives up after 30 seconds; a function must answer well before.
LONGEST_TIMEOUT_SECONDS = 29
# What goes off where nothing happens, since that is what it is there for.
SILENCE_ALARMS = {"DispatchChargesSilentAlarm"}
WAITING = ("CreateOrderFunction", "ApiFunction", "CheckoutPageFunction")

Properties = Mapping[str, Any]
Resources = Callable[[str], Mapping[str, Properties]]


def test_every_function_has_its_file_and_every_file_its_function(
    declared: Mapping[str, Properties],
) -> None:
    """Else code is written that is never deployed, or a deployment fails at its first call."""
    files = {path.stem for path in (ROOT / "functions").glob("*.py")}

    assert {operation_of(logical_id) for logical_id in declared} == files
    for logical_id, properties in declared.items():
        operation = operation_of(logical_id)
        source = ast.parse((ROOT / "functions" / f"{operation}.py").read_text())
        defined = {node.name for node in source.body if isinstance(node, ast.FunctionDef)}
        assert properties["Handler"] == f"{operation}.handler"
        assert "handler" in defined, f"functions/{operation}.py has no handler"


def example_event(logical_id: str) -> dict[str, Any]:
    """The event that `sam local invoke` is shown with."""
    event: dict[str, Any] = json.loads(
        (ROOT / "events" / f"{operation_of(logical_id)}.json").read_text()
    )
    return event


def test_every_function_has_an_example_event(declared: Mapping[str, Properties]) -> None:
    """Else nobody can try it out by `sam local invoke`."""
    events = {path.stem for path in (ROOT / "events").glob("*.json")}

    assert events == {operation_of(logical_id) for logical_id in declared}


def test_every_example_is_what_the_functions_source_would_send(stack: Stack) -> None:
    """Else the example of `sam local invoke` shows a newcomer a call that never comes."""
    for function in {route.function for route in stack.routes}:
        event = example_event(function)
        assert event["version"] == "2.0"
        assert event["routeKey"] in {r.key for r in stack.routes if r.function == function}
    for source in stack.schedules:
        sent = schedule.event_of(source, datetime.now(UTC))
        assert example_event(source.function).keys() == sent.keys()
    for consumer in stack.queue_consumers:
        [record] = example_event(consumer.function)["Records"]
        assert record["eventSource"] == "aws:sqs"
        assert record["eventSourceARN"].startswith("arn:aws:sqs:")
        received = {"MessageId": "", "ReceiptHandle": "", "Body": "", "Attributes": {}}
        sent = queue_consumer.event_of(consumer, [{**received, "MD5OfBody": ""}])
        assert record.keys() == sent["Records"][0].keys()


def test_each_create_call_has_its_own_function_and_the_rest_goes_to_api(stack: Stack) -> None:
    """Else a call answers 404 by the gateway, in words that no client of ours understands."""
    routes = {route.key: route.function for route in stack.routes}

    assert routes == {
        "POST /v1/prices": "CreatePriceFunction",
        "POST /v1/orders": "CreateOrderFunction",
        "POST /v1/checkouts": "CreateCheckoutFunction",
        # The calls that the SDKs make most have their own cold start in every language.
        "POST /orb/prices": "CreatePriceFunction",
        "POST /orb/v1/prices": "CreatePriceFunction",
        "POST /stripe/v1/prices": "CreatePriceFunction",
        "POST /polar/v1/orders": "CreateOrderFunction",
        "POST /polar/v1/orders/": "CreateOrderFunction",
        "POST /billingrails/orders": "CreateOrderFunction",
        "POST /billingrails/v1/orders": "CreateOrderFunction",
        "POST /creem/v1/checkouts": "CreateCheckoutFunction",
        "POST /stripe/v1/checkout/sessions": "CreateCheckoutFunction",
        "GET /checkout/{id}": "CheckoutPageFunction",
        "POST /checkout/{id}": "CheckoutPageFunction",
        "$default": "ApiFunction",
    }


def test_every_function_is_built_with_bytecode_by_its_own_target(
    document: dict[str, Any], declared: Mapping[str, Properties]
) -> None:
    """Else its cold start takes three times as long: sam's own builder ships no bytecode."""
    makefile = (ROOT / "functions" / "Makefile").read_text()

    for logical_id in declared:
        metadata = document["Resources"][logical_id].get("Metadata", {})
        assert metadata.get("BuildMethod") == "makefile", logical_id
        assert re.search(rf"^[^#\n]*\bbuild-{logical_id}\b[^\n]*:", makefile, re.MULTILINE)


def test_every_function_can_answer_before_the_gateway_gives_up(
    declared: Mapping[str, Properties], stack: Stack
) -> None:
    """Else a caller gets the gateway's 503 for an order that was stored."""
    for route in stack.routes:
        assert declared[route.function]["Timeout"] <= LONGEST_TIMEOUT_SECONDS


@pytest.mark.parametrize("logical_id", WAITING)
def test_who_waits_for_a_charge_can_answer_afterwards(
    logical_id: str, declared: Mapping[str, Properties]
) -> None:
    """Else an order that was charged at once is answered with the gateway's 503."""
    waits = invocation.LONGEST_WAIT_SECONDS + invocation.KEPT_SECONDS

    assert waits <= declared[logical_id]["Timeout"]


def test_every_function_learns_where_its_tables_are(declared: Mapping[str, Properties]) -> None:
    """Else it stops at its first call with the name of the variable that is missing."""
    for properties in declared.values():
        variables = properties["Environment"]["Variables"]
        assert variables["CORE_TABLE"] == {"Ref": "CoreTable"}
        assert variables["EVENTS_TABLE"] == {"Ref": "EventsTable"}
        assert variables["EPHEMERAL_TABLE"] == {"Ref": "EphemeralTable"}
        assert variables.keys() >= {"PUBLIC_URL", "LIST_SHARDS", "DUE_SHARDS", "LOG_LEVEL"}


def test_every_function_logs_to_a_group_of_its_own_that_forgets(
    declared: Mapping[str, Properties], resources: Resources
) -> None:
    """Else logs are kept, and paid for, for ever."""
    groups = resources("AWS::Logs::LogGroup")

    used = [properties["LoggingConfig"]["LogGroup"]["Ref"] for properties in declared.values()]
    assert sorted(used) == sorted(groups)
    assert all(g["RetentionInDays"] == {"Ref": "LogRetentionDays"} for g in groups.values())


def test_every_function_that_crashes_raises_an_alarm(
    declared: Mapping[str, Properties], resources: Resources
) -> None:
    """Else nobody hears of a function that can no longer start."""
    watched = [
        alarm["Dimensions"][0]["Value"]["Ref"]
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
        and "Dimensions" in alarm
    ]

    assert sorted(watched) == sorted(declared)


def test_alarms_are_quiet_where_nothing_happens_and_where_nobody_listens(
    resources: Resources,
) -> None:
    """Else an idle stack is red all day, or cannot be deployed without a topic."""
    for logical_id, alarm in resources("AWS::CloudWatch::Alarm").items():
        silence = logical_id in SILENCE_ALARMS
        assert alarm["TreatMissingData"] == ("breaching" if silence else "notBreaching")
        assert alarm["AlarmActions"] == {
            "Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]
        }
