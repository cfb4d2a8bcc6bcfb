"""From the clock to the charge: the schedule, the queue, the worker, and who hears of trouble."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import charge_order
from farebox import telemetry
from farebox.billing.charges import LEASE_SECONDS
from local.template import Stack

Properties = Mapping[str, Any]
Resources = Callable[[str], Mapping[str, Properties]]

DISPATCH = "DispatchChargesFunction"
CHARGE = "ChargeOrderFunction"
QUEUE = "ChargeQueue"
DEAD_LETTERS = "ChargeDeadLetterQueue"

# Two machines' clocks may disagree by so much.
CLOCK_DIFFERENCE_SECONDS = 300
# What AWS asks for: a batch may be tried again by Lambda itself before it comes back.
VISIBILITY_FACTOR = 6
MINUTE_SECONDS = 60
FOURTEEN_DAYS_SECONDS = 14 * 24 * 3600


def alarms(resources: Resources) -> Mapping[str, Properties]:
    return resources("AWS::CloudWatch::Alarm")


def test_something_looks_for_what_is_due_each_minute(stack: Stack) -> None:
    """Else an order that falls due is never charged."""
    assert [(s.function, s.every_seconds) for s in stack.schedules] == [(DISPATCH, MINUTE_SECONDS)]


def test_two_stacks_of_an_account_have_a_schedule_each(declared: Mapping[str, Properties]) -> None:
    """Else the second deployment fails: SAM would give both schedules the same name."""
    [event] = declared[DISPATCH]["Events"].values()

    assert event["Properties"]["OmitName"] is True


def test_a_tick_is_over_before_the_next_and_never_repeated(
    declared: Mapping[str, Properties],
) -> None:
    """Else ticks pile up behind one that fails, each sending the same again."""
    once = {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": MINUTE_SECONDS}
    [event] = declared[DISPATCH]["Events"].values()

    assert declared[DISPATCH]["Timeout"] < MINUTE_SECONDS
    assert event["Properties"]["RetryPolicy"] == once
    assert declared[DISPATCH]["EventInvokeConfig"] == once


def test_what_is_due_reaches_the_worker_by_the_queue(
    stack: Stack, declared: Mapping[str, Properties]
) -> None:
    """Else what the tick sends is read by nobody, or one bad message fails nine good ones."""
    [consumer] = stack.queue_consumers

    assert (consumer.function, consumer.batch_size) == (CHARGE, 10)
    assert consumer.reports_failures
    sent_to = stack.functions[DISPATCH].environment["CHARGE_QUEUE_URL"]
    assert sent_to == consumer.queue.url
    [event] = declared[CHARGE]["Events"].values()
    assert event["Properties"]["ScalingConfig"] == {
        "MaximumConcurrency": {"Ref": "ChargeConcurrency"}
    }


@pytest.mark.parametrize(
    "logical_id", ["CreateOrderFunction", "ApiFunction", "CheckoutPageFunction"]
)
def test_what_is_charged_at_once_goes_to_the_same_worker(logical_id: str, stack: Stack) -> None:
    """Else charge_now waits for the next minute, or two workers know how to charge."""
    asked = stack.functions[logical_id].environment["CHARGE_ORDER_FUNCTION"]

    assert asked.endswith(f":function:{stack.functions[CHARGE].name}")


def test_no_claim_ends_while_its_worker_may_still_run(declared: Mapping[str, Properties]) -> None:
    """Else a second worker takes the order in the middle of a charge."""
    assert declared[CHARGE]["Timeout"] + CLOCK_DIFFERENCE_SECONDS <= LEASE_SECONDS


def test_a_message_does_not_come_back_while_it_is_worked_on(
    declared: Mapping[str, Properties], resources: Resources
) -> None:
    """Else every slow batch is handed out twice."""
    visibility = resources("AWS::SQS::Queue")[QUEUE]["VisibilityTimeout"]

    assert visibility >= VISIBILITY_FACTOR * declared[CHARGE]["Timeout"]


def test_there_is_time_for_a_charge(declared: Mapping[str, Properties]) -> None:
    """Else the worker never begins: it leaves what Lambda would cut off to another time."""
    assert declared[CHARGE]["Timeout"] > charge_order.LONGEST_CHARGE_SECONDS


def test_a_message_that_always_fails_is_kept_aside_and_reported(resources: Resources) -> None:
    """Else it is tried for ever, or gone before anybody sees it."""
    queues = resources("AWS::SQS::Queue")

    assert queues[QUEUE]["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": f"{DEAD_LETTERS}.Arn"},
        "maxReceiveCount": 5,
    }
    kept = {name: queue["MessageRetentionPeriod"] for name, queue in queues.items()}
    assert kept == {QUEUE: FOURTEEN_DAYS_SECONDS, DEAD_LETTERS: FOURTEEN_DAYS_SECONDS}
    alarm = alarms(resources)["ChargeDeadLettersAlarm"]
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": f"{DEAD_LETTERS}.QueueName"}}
    ]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")


def test_a_backlog_is_reported(resources: Resources) -> None:
    """Else customers are charged hours late, and a support ticket is the first to say so."""
    alarm = alarms(resources)["ChargeQueueAgeAlarm"]

    assert alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": f"{QUEUE}.QueueName"}}
    ]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (900, "GreaterThanThreshold")


def test_a_schedule_that_stops_is_reported(resources: Resources) -> None:
    """Else nothing is charged any more, and every other alarm stays green."""
    alarm = alarms(resources)["DispatchChargesSilentAlarm"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Invocations")
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": DISPATCH}}]
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 15 * MINUTE_SECONDS
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "LessThanThreshold")
    assert alarm["TreatMissingData"] == "breaching"


def test_the_alarm_about_doubts_watches_what_the_worker_counts(
    stack: Stack,
    resources: Resources,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Else a charge without a known outcome raises no alarm: a metric is all of its dimensions."""
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    for name, value in stack.functions[CHARGE].environment.items():
        monkeypatch.setenv(name, value)

    telemetry.count("ChargesInDoubt", operation="charge_order")

    counted = json.loads(capsys.readouterr().out)
    [metric] = counted["_aws"]["CloudWatchMetrics"]
    alarm = alarms(resources)["ChargesInDoubtAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (metric["Namespace"], "ChargesInDoubt")
    assert [each["Name"] for each in metric["Metrics"]] == ["ChargesInDoubt"]
    [dimensions] = metric["Dimensions"]
    watched = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
    assert watched == {name: counted[name] for name in dimensions}
