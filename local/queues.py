"""The template's queues, created in the emulator."""

from collections.abc import Iterable

import boto3

from local.template import Queue


def create_queues(queues: Iterable[Queue]) -> None:
    """Create each queue as CloudFormation would, what others name as their last resort first."""
    client = boto3.client("sqs")
    for queue in sorted(queues, key=lambda queue: "RedrivePolicy" in queue.attributes):
        client.create_queue(QueueName=queue.name, Attributes=dict(queue.attributes))
