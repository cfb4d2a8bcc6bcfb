"""Work that goes on beside the server, and that ends with it."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

# What is under way when the stack ends, such as a charge, gets this long to be done.
DRAIN_SECONDS = 5

Work = Callable[[threading.Event], None]

log = logging.getLogger("local.background")


@contextmanager
def working(works: Mapping[str, Work]) -> Iterator[None]:
    """Do each work in a thread of its own meanwhile; its event says when to end."""
    ending = threading.Event()
    threads = [
        threading.Thread(target=work, args=(ending,), name=name, daemon=True)
        for name, work in works.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        deadline = time.monotonic() + DRAIN_SECONDS
        for thread in threads:
            thread.join(max(0, deadline - time.monotonic()))
            if thread.is_alive():
                log.warning("%s was not done after %d seconds.", thread.name, DRAIN_SECONDS)
