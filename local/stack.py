"""From a template to a served API: every part of the local stack, in the order of its start."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

from local.background import Work, working
from local.clock import Clock
from local.emulator import client_environment, running_emulator
from local.functions import Functions, Invoke, set_environment
from local.gateway import Gateway
from local.invocations import Invocations
from local.published import published, shell_lines
from local.queue_consumer import consuming
from local.queues import create_queues
from local.sample_shop import SampleShop, create_sample_shop
from local.schedule import ticking
from local.server import bound_server
from local.tables import create_tables
from local.template import Stack, read_stack

# Metrics are log lines for CloudWatch to read, and nobody reads them here.
LOCAL_SETTINGS = {"POWERTOOLS_METRICS_DISABLED": "true"}

log = logging.getLogger("local.stack")


@contextmanager
def running_stack(root: Path, port: int, clock: Clock, terminal: TextIO) -> Iterator[SampleShop]:
    """Serve the project at `root`, and end everything again afterwards."""
    folder = root / ".local"
    folder.mkdir(exist_ok=True)
    log_path = folder / "farebox.log"

    def show(text: str) -> None:
        print(text, file=terminal, flush=True)

    with ExitStack() as parts:
        server = parts.enter_context(bound_server(port))
        parts.enter_context(logging_to(log_path))
        stack = read_stack(root / "template.yaml", {"PublicUrl": server.base_url})
        endpoint_url = parts.enter_context(running_emulator(folder / "emulator.log"))
        lambda_server = parts.enter_context(bound_server(0))
        added = {
            **client_environment(endpoint_url),
            "AWS_ENDPOINT_URL_LAMBDA": lambda_server.base_url,
            **LOCAL_SETTINGS,
        }
        variables = set_environment(stack.functions.values(), added)
        create_tables(stack.tables)
        create_queues(stack.queues)
        invoke = Functions(stack.functions.values()).invoke
        clock.rule()
        lambda_server.listen()
        invocations = Invocations(stack.functions.values(), invoke)
        parts.enter_context(lambda_server.serving(invocations, log.info))
        gateway = Gateway(stack.routes, invoke)
        shop = create_sample_shop(gateway, server.base_url)
        # Who finds the file can connect, and whom /health answers finds the file.
        server.listen()
        parts.enter_context(published(folder / "environment", shell_lines(variables)))
        parts.enter_context(published(folder / "farebox.json", shop.text))
        parts.enter_context(working(_works(stack, invoke, clock, show)))
        # Whom /health answers finds this printed, too.
        show(shop.welcome(log_path.relative_to(root), clock.speed))
        parts.enter_context(server.serving(gateway, show))
        yield shop


def _works(
    stack: Stack, invoke: Invoke, clock: Clock, report: Callable[[str], None]
) -> Mapping[str, Work]:
    """What invokes functions without being asked over HTTP, each by a name of its own."""
    works = {schedule.name: ticking(schedule, invoke, clock) for schedule in stack.schedules}
    for consumer in stack.queue_consumers:
        works[f"{consumer.function} {consumer.queue.name}"] = consuming(consumer, invoke, report)
    return works


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Send what functions print and log to a file, as Lambda sends it to CloudWatch."""
    # A new file each time: a stack that still runs keeps writing to its own.
    path.unlink(missing_ok=True)
    with path.open("a", buffering=1) as log, redirect_stdout(log), redirect_stderr(log):
        handler = logging.StreamHandler(log)
        logging.getLogger().addHandler(handler)
        logging.getLogger("local").setLevel(logging.INFO)
        # Many threads share a client here and never in Lambda: its full pool is no news.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)
