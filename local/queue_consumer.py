"""What Lambda does between a queue and a function: hand over batches, delete what was done."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3

from local.background import Work
from local.cloudformation import REGION
from local.functions import Invoke
from local.template import QueueConsumer

# SQS hands out no more at once.
LARGEST_BATCH = 10
# How soon a consumer that waits for messages notices that it shall end.
WAIT_SECONDS = 1

Message = Mapping[str, Any]

log = logging.getLogger("local.queue_consumer")


def consuming(consumer: QueueConsumer, invoke: Invoke, report: Callable[[str], None]) -> Work:
    """Hand over the queue's messages, one batch after the other; `report` gets a line for each.

    What the function does not do stays in the queue, and comes again after its visibility time-out.
    """
    client: Any = boto3.client("sqs")
    url = consumer.queue.url

    def consume(ending: threading.Event) -> None:
        while not ending.is_set():
            try:
                messages = client.receive_message(
                    QueueUrl=url,
                    MaxNumberOfMessages=min(consumer.batch_size, LARGEST_BATCH),
                    WaitTimeSeconds=WAIT_SECONDS,
                    MessageSystemAttributeNames=["All"],
                ).get("Messages", [])
                if messages and not ending.is_set():
                    hand_over(messages)
            except Exception:
                log.exception("%s cannot be consumed", consumer.queue.name)
                ending.wait(WAIT_SECONDS)

    def hand_over(messages: Sequence[Message]) -> None:
        started = time.monotonic()
        failed = _invoke(consumer, invoke, messages)
        done = [message for message in messages if message["MessageId"] not in failed]
        if done:
            entries = [
                {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}
                for place, message in enumerate(done)
            ]
            client.delete_message_batch(QueueUrl=url, Entries=entries)
        counted = f"{len(messages)} message{'s' if len(messages) > 1 else ''}"
        if failed:
            counted += f", {len(failed)} failed"
        milliseconds = round((time.monotonic() - started) * 1000)
        report(f"QUEUE  {consumer.function}  {counted}  {milliseconds} ms")

    return consume


def _invoke(
    consumer: QueueConsumer,
    invoke: Invoke,
    messages: Sequence[Message],
) -> set[str]:
    """Call the function, and say which messages it did not do."""
    everything = {message["MessageId"] for message in messages}
    try:
        answer = invoke(consumer.function, event_of(consumer, messages))
    except Exception:
        log.exception("%s failed", consumer.function)
        return everything
    return reported(answer, everything) if consumer.reports_failures else set()


def reported(answer: Any, everything: set[str]) -> set[str]:
    """Read which messages an answer reports; one that makes no sense reports them all."""
    if answer is None:
        return set()
    try:
        failed = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures") or ()}
    except (AttributeError, KeyError, TypeError):
        return everything
    return failed if failed <= everything else everything


def event_of(consumer: QueueConsumer, messages: Sequence[Message]) -> dict[str, Any]:
    """The event that Lambda makes of a batch."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": consumer.queue.arn,
                "awsRegion": REGION,
            }
            for message in messages
        ]
    }
