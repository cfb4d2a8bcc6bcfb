"""One name for one operation, everywhere: file, function, event, build target, log group, alarm."""

import ast
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from local.template import read_stack
from tests.naming import operation_of
from tests.sam import ROOT, TEMPLATE

# An HTTP API gives up after 30 seconds; a function must answer well before.
LONGEST_TIMEOUT_SECONDS = 29

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


def test_every_function_has_an_event_that_its_route_would_send(
    declared: Mapping[str, Properties],
) -> None:
    """Else the example of `sam local invoke` shows a newcomer a call that never comes."""
    routes = read_stack(TEMPLATE).routes

    events = {path.stem for path in (ROOT / "events").glob("*.json")}
    assert events == {operation_of(logical_id) for logical_id in declared}
    for logical_id in declared:
        event = json.loads((ROOT / "events" / f"{operation_of(logical_id)}.json").read_text())
        assert event["version"] == "2.0"
        assert event["routeKey"] in {r.key for r in routes if r.function == logical_id}


def test_each_create_call_has_its_own_function_and_the_rest_goes_to_api() -> None:
    """Else a call answers 404 by the gateway, in words that no client of ours understands."""
    routes = {route.key: route.function for route in read_stack(TEMPLATE).routes}

    assert routes == {
        "POST /v1/prices": "CreatePriceFunction",
        "POST /v1/orders": "CreateOrderFunction",
        "POST /v1/checkouts": "CreateCheckoutFunction",
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
    declared: Mapping[str, Properties],
) -> None:
    """Else a caller gets the gateway's 503 for an order that was stored."""
    assert all(f["Timeout"] <= LONGEST_TIMEOUT_SECONDS for f in declared.values())


def test_every_function_learns_where_its_tables_are(declared: Mapping[str, Properties]) -> None:
    """Else it stops at its first call with the name of the variable that is missing."""
    for properties in declared.values():
        variables = properties["Environment"]["Variables"]
        assert variables["CORE_TABLE"] == {"Ref": "CoreTable"}
        assert variables["EVENTS_TABLE"] == {"Ref": "EventsTable"}
        assert variables["EPHEMERAL_TABLE"] == {"Ref": "EphemeralTable"}
        assert variables.keys() >= {"PUBLIC_URL", "LIST_SHARDS", "LOG_LEVEL"}


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
    for alarm in resources("AWS::CloudWatch::Alarm").values():
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmActions"] == {
            "Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]
        }
