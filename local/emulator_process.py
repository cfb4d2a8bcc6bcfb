"""The emulator's own process: bounded in memory, and never left behind by whoever started it.

Run as a file with the memory limit in bytes as its argument and a pipe as its standard input.
"""

import os
import resource
import runpy
import signal
import sys
import tempfile
import threading
import time

# After this long without ending by itself, it is ended without ceremony.
GRACE_SECONDS = 5


def end_with_parent() -> None:
    """Wait for the end of the pipe: it comes when the parent is gone, however that happened."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


def limit_memory(limit_bytes: int) -> None:
    """Bound the address space, so that a runaway emulator fails instead of filling the machine."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
    except (OSError, ValueError) as error:
        print(f"This system sets no memory limit ({error}); the emulator runs without one.")


if __name__ == "__main__":
    # Until the emulator takes its own care of this: an early end leaves nothing behind either.
    # Whoever started this may hold signals back for itself.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    limit_memory(int(sys.argv[1]))
    threading.Thread(target=end_with_parent, daemon=True).start()
    sys.argv = ["ministack"]
    with tempfile.TemporaryDirectory(prefix="farebox-emulator-") as scratch:
        os.environ.update(HOME=scratch, TMPDIR=scratch)
        tempfile.tempdir = scratch
        runpy.run_module("ministack", run_name="__main__", alter_sys=True)
