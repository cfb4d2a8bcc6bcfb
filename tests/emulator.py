"""The emulator as an AWS account: it takes a deployment, runs its functions and enforces roles."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.emulator import DIRECT, HOST, MEMORY_LIMIT_BYTES, client_environment
from tests.sam import ROOT

READY_WITHIN_SECONDS = 30
ENDED_WITHIN_SECONDS = 10
POLL_SECONDS = 0.05
# The access key that the emulator takes for the account's own, which may do everything.
ACCOUNT_OWNER = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

SEED_THE_EXAMPLE_KEY = """
from farebox.bootstrap import LOCAL_TEST_KEY, create_organization
create_organization("Example shop", test_key=LOCAL_TEST_KEY)
"""


def emulator_python() -> Path:
    """Find the Python with the emulator, 3.13: the deployed functions run in it."""
    named = os.environ.get("EMULATOR_PYTHON")
    if not named:
        pytest.skip("EMULATOR_PYTHON names no Python 3.13 with .ci/emulator.txt installed.")
    found = shutil.which(named)
    if not found:
        pytest.fail(f"EMULATOR_PYTHON is {named}, which is no program.")
    return Path(found).absolute()


@contextmanager
def running_account(folder: Path) -> Iterator[Mapping[str, str]]:
    """Start the account, give what an AWS SDK reads to reach it, and end it afterwards."""
    port = _free_port()
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(emulator_python(), "-P", ROOT / "local" / "emulator_process.py"),
                str(MEMORY_LIMIT_BYTES),
            ],
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": str(folder),
                "TMPDIR": str(folder),
                "BIND_HOST": HOST,
                "MINISTACK_HOST": HOST,
                "GATEWAY_PORT": str(port),
                "IOT_MTLS_ENABLED": "0",
                "MALLOC_ARENA_MAX": "2",
                # What a function's role does not allow is refused, as by AWS.
                "AUTH": "true",
            },
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            endpoint = f"http://{HOST}:{port}"
            _wait_until_ready(process, endpoint, folder / "emulator.log")
            yield {**client_environment(endpoint), **ACCOUNT_OWNER}
        finally:
            process.terminate()
            try:
                process.wait(ENDED_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin:
                process.stdin.close()


def seed_example_key(environment: Mapping[str, str]) -> None:
    """Store the key that the files in events/ carry, in a process that sees only that account."""
    subprocess.run(
        [sys.executable, "-c", SEED_THE_EXAMPLE_KEY],
        env={**environment, "PYTHONPATH": str(ROOT / "shared"), "PATH": os.defpath},
        check=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with DIRECT.open(f"{endpoint}/_ministack/health", timeout=READY_WITHIN_SECONDS):
                return
        except OSError:
            time.sleep(POLL_SECONDS)
    pytest.fail(f"The emulator did not start:\n{log.read_text()}")
