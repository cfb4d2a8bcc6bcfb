"""`python -m local`: serve the stack on PORT until Ctrl-C, its time at CLOCK_SPEED."""

import os
import signal
import sys
from pathlib import Path

from local.errors import StartError

ROOT = Path(__file__).absolute().parent.parent
DEFAULT_PORT = "3000"
DEFAULT_CLOCK_SPEED = "1"
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Serve, or say in one sentence why not.

    A signal waits until everything has started, which is soon, and then ends everything in
    order: an exception out of a signal handler could get lost in the middle of an import.
    """
    for number in ENDING_SIGNALS:
        signal.signal(number, lambda *_: None)  # A shell may have set it to be ignored.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    # Not before signals wait: these imports take most of the start.
    from local.clock import Clock, read_speed
    from local.server import read_port
    from local.stack import running_stack

    try:
        port = read_port(os.environ.get("PORT") or DEFAULT_PORT)
        clock = Clock(read_speed(os.environ.get("CLOCK_SPEED") or DEFAULT_CLOCK_SPEED))
        with running_stack(ROOT, port, clock, sys.stdout):
            signal.sigwait(ENDING_SIGNALS)
    except StartError as error:
        sys.exit(f"farebox: {error}")


if __name__ == "__main__":
    main()
