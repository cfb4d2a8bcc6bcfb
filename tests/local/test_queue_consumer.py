"""If these fail, a message is lost, or charged again and again, on a laptop and not in AWS."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.queue_consumer import consuming, reported
from local.queues import create_queues
from local.template import QueueConsumer, Stack

ROOT = Path(__file__).parents[2]
Answer = Callable[[Mapping[str, Any]], Any]


@pytest.fixture(scope="module")
def consumer(stack: Stack) -> QueueConsumer:
    [consumer] = stack.queue_consumers
    return consumer


@pytest.fixture
def queue(on_emulator: None, stack: Stack, consumer: QueueConsumer) -> Iterator[Any]:
    """The template's queue, made anew for each test."""
    client: Any = boto3.client("sqs")
    create_queues(stack.queues)
    yield client
    for made in stack.queues:
        client.delete_queue(QueueUrl=made.url)


def consume(consumer: QueueConsumer, answer: Answer, batches: int = 1) -> list[str]:
    """Let a function answer so many batches, and give the lines for the terminal."""
    ending, lines, seen = threading.Event(), list[str](), list[Any]()

    def invoke(function: str, event: Mapping[str, Any]) -> Any:
        assert function == consumer.function
        seen.append(event)
        if len(seen) == batches:
            ending.set()
        return answer(event)

    consuming(consumer, invoke, lines.append)(ending)
    return lines


def send(queue: Any, consumer: QueueConsumer, *bodies: str) -> None:
    for body in bodies:
        queue.send_message(QueueUrl=consumer.queue.url, MessageBody=body)


def left(queue: Any, consumer: QueueConsumer) -> tuple[int, int]:
    """How many messages wait, and how many were handed out and not deleted."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = queue.get_queue_attributes(QueueUrl=consumer.queue.url, AttributeNames=names)
    waiting, handed_out = (int(answer["Attributes"][name]) for name in names)
    return waiting, handed_out


def test_the_event_is_lambdas_and_what_is_done_is_gone(queue: Any, consumer: QueueConsumer) -> None:
    send(queue, consumer, "one", "two")
    events: list[Mapping[str, Any]] = []

    lines = consume(consumer, lambda event: events.append(event))

    [event] = events
    example = json.loads((ROOT / "events" / "charge_order.json").read_text())
    assert event.keys() == example.keys()
    assert [record["body"] for record in event["Records"]] == ["one", "two"]
    for record in event["Records"]:
        assert record.keys() == example["Records"][0].keys()
        assert record["attributes"].keys() >= example["Records"][0]["attributes"].keys()
        assert record["eventSourceARN"] == consumer.queue.arn
    assert left(queue, consumer) == (0, 0)
    assert lines[0].startswith(f"QUEUE  {consumer.function}  2 messages  ")


def test_what_is_reported_stays_for_another_time(queue: Any, consumer: QueueConsumer) -> None:
    send(queue, consumer, "good", "bad")

    def answer(event: Mapping[str, Any]) -> Any:
        failed = [record for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    lines = consume(consumer, answer)

    assert left(queue, consumer) == (0, 1)
    assert "2 messages, 1 failed" in lines[0]


def test_a_function_that_fails_has_done_nothing(queue: Any, consumer: QueueConsumer) -> None:
    send(queue, consumer, "one", "two")

    def crash(event: Mapping[str, Any]) -> Any:
        raise ValueError

    consume(consumer, crash)

    assert left(queue, consumer) == (0, 2)


def test_no_batch_is_larger_than_the_template_says(queue: Any, consumer: QueueConsumer) -> None:
    send(queue, consumer, *(str(number) for number in range(consumer.batch_size + 1)))
    sizes: list[int] = []

    consume(consumer, lambda event: sizes.append(len(event["Records"])), batches=2)

    assert sizes == [consumer.batch_size, 1]


def test_what_fails_too_often_ends_in_the_dead_letter_queue(
    queue: Any, consumer: QueueConsumer, stack: Stack
) -> None:
    rule = json.loads(consumer.queue.attributes["RedrivePolicy"])
    [dead_letters] = [made for made in stack.queues if made.arn == rule["deadLetterTargetArn"]]
    # What is handed out comes back at once here: nobody waits twelve minutes for a test.
    queue.set_queue_attributes(QueueUrl=consumer.queue.url, Attributes={"VisibilityTimeout": "0"})
    send(queue, consumer, "poison")

    def crash(event: Mapping[str, Any]) -> Any:
        raise ValueError

    consume(consumer, crash, batches=rule["maxReceiveCount"])

    assert queue.receive_message(QueueUrl=consumer.queue.url).get("Messages", []) == []
    [given_up] = queue.receive_message(QueueUrl=dead_letters.url)["Messages"]
    assert given_up["Body"] == "poison"


class OneTry(threading.Event):
    """Ends the work where it would wait to try again."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def test_a_queue_that_does_not_answer_is_asked_again(
    on_emulator: None, consumer: QueueConsumer, caplog: pytest.LogCaptureFixture
) -> None:
    missing = replace(consumer, queue=replace(consumer.queue, url=f"{consumer.queue.url}-missing"))
    ending = OneTry()

    consuming(missing, lambda function, event: None, lambda line: None)(ending)

    assert ending.is_set()
    assert f"{consumer.queue.name} cannot be consumed" in caplog.text


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": None}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "b"}]}, {"b"}),
        ({"batchItemFailures": [{"itemIdentifier": "c"}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}),
        ({"batchItemFailures": [{}]}, {"a", "b"}),
        ({"batchItemFailures": ["b"]}, {"a", "b"}),
        ("done", {"a", "b"}),
    ],
)
def test_an_answer_that_makes_no_sense_has_done_nothing(answer: Any, failed: set[str]) -> None:
    assert reported(answer, {"a", "b"}) == failed
