"""`sam local`: each function in a container, under Lambda's own runtime interface."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from farebox.bootstrap import EXAMPLE_ORDER
from local.emulator import DIRECT, HOST
from tests.containers.conftest import Containers
from tests.naming import operation_of
from tests.sam import ROOT, run_sam, sam_environment, sam_path

pytestmark = pytest.mark.containers

READY_WITHIN_SECONDS = 60
ENDED_WITHIN_SECONDS = 30
POLL_SECONDS = 0.2
DISPATCH, CHARGE = "DispatchChargesFunction", "ChargeOrderFunction"
PAGE = "CheckoutPageFunction"


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
    answer = invoke(logical_id, example_of(logical_id), containers)

    assert answer.get("statusCode") == status, answer
    json.loads(answer["body"])


def test_the_page_shows_the_checkout_of_its_example(containers: Containers) -> None:
    """Else the page's template is not found where its layer is unpacked, and nobody can pay."""
    answer = invoke(PAGE, example_of(PAGE), containers)

    assert answer.get("statusCode") == 200, answer
    assert answer["headers"]["content-type"].startswith("text/html")
    assert "$12.50" in answer["body"]


def test_the_tick_hands_out_what_is_due(containers: Containers) -> None:
    """Else a container cannot reach the queue, whose address was made for another machine."""
    answer = invoke(DISPATCH, example_of(DISPATCH), containers)

    assert answer.keys() == {"sent"}, answer


def test_the_worker_charges_the_order_of_its_example(
    containers: Containers, tmp_path: Path
) -> None:
    """Else the README's `sam local invoke` shows a newcomer an order that nobody charges."""
    answer = invoke(CHARGE, example_of(CHARGE), containers)

    assert answer == {"batchItemFailures": []}
    reading = json.loads(example_of("ApiFunction").read_text())
    path = f"/v1/orders/{EXAMPLE_ORDER}"
    reading["rawPath"] = reading["requestContext"]["http"]["path"] = path
    (tmp_path / "reading.json").write_text(json.dumps(reading))
    read = invoke("ApiFunction", tmp_path / "reading.json", containers)
    assert json.loads(read["body"])["status"] == "paid", read


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


def example_of(logical_id: str) -> Path:
    """The event that `sam local invoke` is shown with."""
    return ROOT / "events" / f"{operation_of(logical_id)}.json"


def invoke(logical_id: str, event: Path, containers: Containers) -> Any:
    """Run a function in a container, and give its answer: the last line that sam prints.

    sam ends with 0 even where a function fails.
    """
    result = run_sam("local", "invoke", logical_id, "--event", event, *containers.arguments)
    answer = json.loads(result.stdout.strip().splitlines()[-1])
    assert "errorMessage" not in answer, result.stderr
    return answer


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
