"""The template's schedules: each invokes its function at its rate."""

import logging
import threading
import time
import uuid
from datetime import datetime
from typing import Any

from local.background import Work
from local.clock import Clock
from local.cloudformation import ACCOUNT, REGION
from local.functions import Invoke
from local.template import Schedule

# However fast the stack's time runs, the machine has other things to do as well.
SHORTEST_SECONDS = 0.2

log = logging.getLogger("local.schedule")


def ticking(schedule: Schedule, invoke: Invoke, clock: Clock) -> Work:
    """Invoke the function at once and then at its rate; a tick that fails is not repeated."""
    every_seconds = max(SHORTEST_SECONDS, clock.real_seconds(schedule.every_seconds))

    def tick(ending: threading.Event) -> None:
        while True:
            started = time.monotonic()
            try:
                invoke(schedule.function, event_of(schedule, clock.now()))
            except Exception:
                log.exception("%s failed", schedule.function)
            if ending.wait(max(0, started + every_seconds - time.monotonic())):
                return

    return tick


def event_of(schedule: Schedule, now: datetime) -> dict[str, Any]:
    """The event that EventBridge Scheduler sends where the schedule says none."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": ACCOUNT,
        "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": [f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{schedule.name}"],
        "detail": "{}",
    }
