"""DynamoDB on this machine: ministack as a child process, on loopback, for `make run` and tests."""

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.request import ProxyHandler, build_opener

from local.cloudformation import REGION
from local.errors import EmulatorError

HOST = "127.0.0.1"
# It starts in 180 MB of address space; a month of clicking or a long race test stays under 1 GB.
MEMORY_LIMIT_BYTES = 2 * 1024**3
READY_WITHIN_SECONDS = 20
ENDED_WITHIN_SECONDS = 5
POLL_SECONDS = 0.01
# Another program can take the port between its choice and its use.
PORT_ATTEMPTS = 3

# A proxy set for the outside world must not see what is asked of this machine.
DIRECT = build_opener(ProxyHandler({}))


def client_environment(endpoint_url: str) -> Mapping[str, str]:
    """Say what any AWS SDK reads to talk to the emulator and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": HOST,
        "no_proxy": HOST,
    }


@contextmanager
def running_emulator(log_path: Path) -> Iterator[str]:
    """Start the emulator, give its endpoint once it answers, and end it afterwards."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    # A new file each time: an emulator that still runs keeps writing to its own.
    log_path.unlink(missing_ok=True)
    with log_path.open("ab") as log:
        for attempt in range(1, PORT_ATTEMPTS + 1):
            port, name = _free_port(), f"farebox-{uuid.uuid4().hex}"
            process = _start(port, name, log)
            try:
                if _answers(process, port, name):
                    yield f"http://{HOST}:{port}"
                    return
                if attempt == PORT_ATTEMPTS:
                    raise EmulatorError(f"The emulator did not start: {log_path} says why.")
            finally:
                _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _start(port: int, name: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start it in a session of its own: Ctrl-C in the terminal ends it through us only."""
    launcher = Path(__file__).with_name("emulator_process.py")
    return subprocess.Popen(
        # -P: the launcher's folder has modules whose names the emulator uses too.
        [sys.executable, "-P", str(launcher), str(MEMORY_LIMIT_BYTES)],
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            # Its own word for itself in a health answer, so that no other one is taken for it.
            "MINISTACK_EDITION": name,
            # Address space counts against the limit, and each arena reserves 64 MB of it.
            "MALLOC_ARENA_MAX": "2",
        },
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _answers(process: subprocess.Popen[bytes], port: int, name: str) -> bool:
    """Poll until this very emulator answers; False when it has ended or takes too long."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            url = f"http://{HOST}:{port}/_ministack/health"
            with DIRECT.open(url, timeout=READY_WITHIN_SECONDS) as answer:
                if json.load(answer).get("edition") == name:
                    return True
        except (OSError, ValueError):
            pass  # Nobody listens yet, or another program does.
        time.sleep(POLL_SECONDS)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDED_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin:
        process.stdin.close()
