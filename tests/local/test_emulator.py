"""If these fail, `make run` and the race tests have no database, or leave one running behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from local.emulator import client_environment, running_emulator

ROOT = Path(__file__).parents[2]
WITHIN_SECONDS = 15
POLL_SECONDS = 0.02

HOLD_AN_EMULATOR = """
import sys
from pathlib import Path
from local.emulator import running_emulator
with running_emulator(Path(sys.argv[1])) as endpoint_url:
    print(endpoint_url, flush=True)
    sys.stdin.read()
"""


def listens(endpoint_url: str) -> bool:
    """Whether anybody accepts connections there."""
    address = urlsplit(endpoint_url)
    with socket.socket() as client:
        return client.connect_ex((address.hostname, address.port)) == 0


def test_it_answers_on_loopback_only_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_emulator(tmp_path / "emulator.log") as endpoint_url:
        for name, value in client_environment(endpoint_url).items():
            monkeypatch.setenv(name, value)
        tables = boto3.client("dynamodb").list_tables()["TableNames"]
        reachable = listens(endpoint_url)

    assert endpoint_url.startswith("http://127.0.0.1:")
    assert (tables, reachable) == ([], True)
    assert not listens(endpoint_url)
    assert "127.0.0.1" in (tmp_path / "emulator.log").read_text()


def test_two_do_not_see_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        running_emulator(tmp_path / "emulator.log") as first,
        running_emulator(tmp_path / "emulator.log") as second,
    ):
        for name, value in client_environment(first).items():
            monkeypatch.setenv(name, value)
        boto3.client("dynamodb").create_table(
            TableName="mine",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        seen = boto3.client("dynamodb", endpoint_url=second).list_tables()["TableNames"]

    assert seen == []


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_AN_EMULATOR, str(tmp_path / "emulator.log")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        endpoint_url = parent.stdout.readline().strip()
        assert listens(endpoint_url)

        os.kill(parent.pid, signal.SIGKILL)

        deadline = time.monotonic() + WITHIN_SECONDS
        while listens(endpoint_url):
            assert time.monotonic() < deadline, "the emulator outlives whoever started it"
            time.sleep(POLL_SECONDS)
