"""From a template to a served API: every part of the local stack, in the order of its start."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

from local.emulator import client_environment, running_emulator
from local.functions import Functions, set_environment
from local.gateway import Gateway
from local.sample_shop import SampleShop, create_sample_shop
from local.server import bound_server
from local.tables import create_tables
from local.template import read_stack

# Metrics are log lines for CloudWatch to read, and nobody reads them here.
LOCAL_SETTINGS = {"POWERTOOLS_METRICS_DISABLED": "true"}


@contextmanager
def running_stack(root: Path, port: int, terminal: TextIO) -> Iterator[SampleShop]:
    """Serve the project at `root`, and end everything again afterwards."""
    folder = root / ".local"
    folder.mkdir(exist_ok=True)
    log_path = folder / "farebox.log"
    with ExitStack() as parts:
        server = parts.enter_context(bound_server(port))
        parts.enter_context(logging_to(log_path))
        stack = read_stack(root / "template.yaml", {"PublicUrl": server.base_url})
        endpoint_url = parts.enter_context(running_emulator(folder / "emulator.log"))
        functions = stack.functions.values()
        set_environment(functions, {**client_environment(endpoint_url), **LOCAL_SETTINGS})
        create_tables(stack.tables)
        gateway = Gateway(stack.routes, Functions(functions).invoke)
        shop = create_sample_shop(gateway, server.base_url)
        # Who finds the file can connect, and whom /health answers finds the file.
        server.listen()
        shop.write(folder / "farebox.json")
        parts.callback(shop.forget, folder / "farebox.json")

        def show(text: str) -> None:
            print(text, file=terminal, flush=True)

        parts.enter_context(server.serving(gateway, show))
        show(shop.welcome(log_path.relative_to(root)))
        yield shop


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
