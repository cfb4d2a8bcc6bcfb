"""`sam local`: each function in a container, under Lambda's own runtime interface."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from local.emulator import DIRECT, HOST
from tests.containers.conftest import Containers
from tests.naming import operation_of
from tests.sam import ROOT, run_sam, sam_environment, sam_path

pytestmark = pytest.mark.containers

READY_WITHIN_SECONDS = 60
ENDED_WITHIN_SECONDS = 30
POLL_SECONDS = 0.2


@pytest.mark.parametrize(
    ("logical_id", "status"),
    [
        ("CreatePriceFunction", 201),
        ("CreateOrderFunction", 201),
        ("CreateCheckoutFunction", 201),
        ("ApiFunction", 200),
    ],
)
def test_a_function_answers_its_example_event(
    logical_id: str, status: int, containers: Containers
) -> None:
    """Else the README's `sam local invoke` shows a newcomer an error."""
    event = ROOT / "events" / f"{operation_of(logical_id)}.json"

    result = run_sam("local", "invoke", logical_id, "--event", event, *containers.arguments)
    # The answer is the last line; sam ends with 0 even where a function fails.
    answer = json.loads(result.stdout.strip().splitlines()[-1])
    assert answer.get("statusCode") == status, (answer, result.stderr)
    json.loads(answer["body"])


def test_the_api_answers_over_http(containers: Containers, tmp_path: Path) -> None:
    """Else the routes of the template lead nowhere under `sam local start-api`."""
    event = json.loads((ROOT / "events" / "create_price.json").read_text())

    with running_api(containers, tmp_path / "api.log") as url:
        request = Request(
            f"{url}{event['rawPath']}",
            data=event["body"].encode(),
            headers={n: v for n, v in event["headers"].items() if n != "host"},
            method="POST",
        )
        with DIRECT.open(request, timeout=READY_WITHIN_SECONDS) as answer:
            assert answer.status == 201
            assert json.load(answer)["object"] == "price"


@contextmanager
def running_api(containers: Containers, log_path: Path) -> Iterator[str]:
    """Start `sam local start-api`, give its address once it answers, and end its containers."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [
                *(sam_path(), "local", "start-api", "--host", HOST, "--port", str(port)),
                *containers.arguments,
            ],
            cwd=ROOT,
            env=sam_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://{HOST}:{port}"
            wait_until_healthy(process, url, log_path)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(ENDED_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with DIRECT.open(f"{url}/health", timeout=READY_WITHIN_SECONDS) as answer:
                assert json.load(answer) == {"status": "ok"}, log.read_text()
                return
        except HTTPError as error:
            pytest.fail(f"/health answered {error.code}:\n{log.read_text()}")
        except OSError:
            time.sleep(POLL_SECONDS)
    pytest.fail(f"The API did not start:\n{log.read_text()}")
