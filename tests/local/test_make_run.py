"""If these fail, a newcomer's first command does not lead to a first order."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import Request

import pytest

from local.emulator import DIRECT

ROOT = Path(__file__).parents[2]
PARTS = ("local", "functions", "shared", "template.yaml")
READY_WITHIN_SECONDS = 60
ENDS_WITHIN_SECONDS = 15
POLL_SECONDS = 0.02
# A minute each second: the schedule ticks once in it.
FAST = "60"
# Eleven days each second: every retry of a declined charge is over in two.
FASTEST = "1000000"


class Project:
    """A copy of the project, so that a stack which is being used keeps its own .local/."""

    def __init__(self, folder: Path, port: str = "0", clock_speed: str = "") -> None:
        self.folder = folder
        self.terminal = folder / "terminal.txt"
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
            copy(ROOT / part, folder / part)
        self.settings = {"PORT": port, "CLOCK_SPEED": clock_speed}

    def start(self) -> subprocess.Popen[bytes]:
        """Start as `make run` does."""
        with self.terminal.open("wb") as terminal:
            return subprocess.Popen(
                [sys.executable, "-m", "local"],
                cwd=self.folder,
                env={**os.environ, **self.settings},
                stdout=terminal,
                stderr=subprocess.STDOUT,
            )

    def wait_until_healthy(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        """Poll until /health answers, and give what .local/farebox.json says."""
        described = self.folder / ".local" / "farebox.json"
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if described.exists():
                shop: dict[str, Any] = json.loads(described.read_text())
                answer = DIRECT.open(f"{shop['base_url']}/health", timeout=READY_WITHIN_SECONDS)
                with answer:
                    assert answer.status == 200
                return shop
            time.sleep(POLL_SECONDS)
        pytest.fail(f"The stack did not start:\n{self.terminal.read_text()}")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@contextmanager
def started(project: Project) -> Iterator[subprocess.Popen[bytes]]:
    """A running stack, which the test may end itself."""
    process = project.start()
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def running(project: Project) -> Iterator[subprocess.Popen[bytes]]:
    with started(project) as process:
        yield process


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A stack whose time runs faster, for several tests."""
    project = Project(tmp_path_factory.mktemp("fast"), clock_speed=FAST)
    with started(project) as process:
        project.wait_until_healthy(process)
        yield project


def shop_of(project: Project) -> dict[str, Any]:
    """What .local/farebox.json says."""
    shop: dict[str, Any] = json.loads((project.folder / ".local" / "farebox.json").read_text())
    return shop


def paste(line: str) -> Any:
    """Run a printed curl line as a shell would, or send the same request where curl is not."""
    if shutil.which("curl"):
        environment = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        ran = subprocess.run(
            ["sh", "-c", line], env=environment, capture_output=True, check=True, text=True
        )
        return json.loads(ran.stdout)
    sys.stderr.write("curl is not here: urllib sends the same request.\n")
    arguments = shlex.split(line)[1:]
    url, options = arguments[0], list(zip(arguments[1::2], arguments[2::2], strict=True))
    headers = dict(value.split(": ", 1) for name, value in options if name == "-H")
    body = next(value for name, value in options if name == "-d")
    with DIRECT.open(Request(url, body.encode(), headers)) as answer:
        return json.load(answer)


def get(path: str, shop: dict[str, Any]) -> Any:
    """Read something back through the API."""
    return send(Request(f"{shop['base_url']}{path}"), shop)


def post(path: str, shop: dict[str, Any], **content: Any) -> Any:
    """Create something through the API."""
    return send(Request(f"{shop['base_url']}{path}", json.dumps(content).encode()), shop)


def send(request: Request, shop: dict[str, Any]) -> Any:
    request.add_header("Authorization", f"Bearer {shop['api_key']}")
    request.add_header("Content-Type", "application/json")
    with DIRECT.open(request) as answer:
        return json.load(answer)


def press_pay(shop: dict[str, Any]) -> None:
    """Pay the sample checkout as a browser does."""
    form = {"action": "pay", "email": "a@b.co", "test_card": "success", "units": "2"}
    body = urlencode({**form, "shown_total": "2500", "shown_attempts": "0"}).encode()
    with DIRECT.open(Request(shop["checkout_url"], body)) as answer:
        assert answer.status == 200


def order(shop: dict[str, Any], **more: Any) -> Any:
    """Order one seat, for the sample customer unless another is named."""
    lines = [{"price": shop["price"], "quantity": 1}]
    return post("/v1/orders", shop, **{"customer": shop["customer"], "line_items": lines} | more)


def customer_with(test_card: str, shop: dict[str, Any]) -> str:
    """A new customer who pays with this card."""
    customer: str = post("/v1/customers", shop, name=test_card)["id"]
    post("/v1/payment_methods", shop, customer=customer, test_card=test_card)
    return customer


def soon(shop: dict[str, Any]) -> str:
    """Three minutes after the stack's present, as its records show it."""
    now = datetime.fromisoformat(order(shop)["created_at"])
    return (now + timedelta(minutes=3)).isoformat()


def watch(id: str, shop: dict[str, Any], until: Callable[[Any], bool]) -> Any:
    """Read an order again and again, and do nothing else about it, until it is as expected."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not until(read := get(f"/v1/orders/{id}", shop)):
        assert time.monotonic() < deadline, read
        time.sleep(POLL_SECONDS)
    return read


def listens(url: str) -> bool:
    """Whether anybody accepts connections there."""
    address = urlsplit(url)
    with socket.socket() as client:
        return client.connect_ex((address.hostname, address.port)) == 0


def test_the_printed_line_makes_an_order_and_ctrl_c_ends_everything(
    project: Project, running: subprocess.Popen[bytes]
) -> None:
    shop = project.wait_until_healthy(running)
    printed = project.terminal.read_text()
    assert shop["base_url"] in printed and shop["api_key"] in printed
    assert "/v1/checkouts" in printed and shop["checkout_url"] in printed

    draft, charge_now = re.findall(r"^\s*(curl .*)$", printed, re.MULTILINE)
    made = paste(draft)
    assert (made["total_amount"], made["status"]) == (3750, "draft")
    charged = paste(charge_now)
    assert (charged["total_amount"], charged["status"]) == (3750, "paid")
    read = get(f"/v1/orders/{made['id']}", shop)
    assert (read["id"], read["customer"]) == (made["id"], shop["customer"])
    assert get(f"/v1/prices/{shop['price']}", shop)["product"] == shop["product"]

    [emulator] = set(
        re.findall(r"http://127\.0\.0\.1:\d+", (project.folder / ".local/emulator.log").read_text())
    )
    assert listens(emulator)
    running.send_signal(signal.SIGINT)
    assert running.wait(ENDS_WITHIN_SECONDS) == 0
    assert not listens(shop["base_url"])
    assert not listens(emulator)
    assert "Traceback" not in project.terminal.read_text()
    assert sorted(path.name for path in (project.folder / ".local").iterdir()) == [
        "emulator.log",
        "farebox.log",
    ]


def test_the_sample_checkout_is_paid_as_a_browser_does(
    project: Project, running: subprocess.Popen[bytes]
) -> None:
    """Else the first page that anybody opens does not work."""
    shop = project.wait_until_healthy(running)

    press_pay(shop)

    checkout = get(f"/v1/checkouts/{shop['checkout_url'].rpartition('.')[2]}", shop)
    assert (checkout["status"], checkout["total_amount"]) == ("completed", 2500)


def test_an_order_that_falls_due_is_charged_by_the_schedule_alone(fast: Project) -> None:
    shop = shop_of(fast)

    made = order(shop, collection="scheduled", charge_at=soon(shop))

    assert made["status"] == "scheduled"
    paid = watch(made["id"], shop, lambda order: order["status"] == "paid")
    assert paid["paid_at"] >= made["charge_at"]
    assert [attempt["status"] for attempt in paid["attempts"]] == ["succeeded"]
    assert paid["invoice_number"]
    assert f"{FAST} times as fast" in fast.terminal.read_text()
    assert "QUEUE  ChargeOrderFunction" in fast.terminal.read_text()


def test_a_declined_card_says_why_and_when_it_is_tried_again(fast: Project) -> None:
    shop = shop_of(fast)

    declined = order(
        shop, customer=customer_with("insufficient_funds", shop), collection="charge_now"
    )

    assert declined["status"] == "retrying"
    assert declined["last_failure"]["decline_code"] == "insufficient_funds"
    assert declined["next_attempt_at"] > declined["created_at"]


def test_every_retry_can_be_watched_in_seconds(tmp_path: Path) -> None:
    project = Project(tmp_path, clock_speed=FASTEST)
    with started(project) as process:
        shop = project.wait_until_healthy(process)
        customer = customer_with("insufficient_funds", shop)

        made = order(shop, customer=customer, collection="charge_now")

        failed = watch(made["id"], shop, lambda order: order["status"] == "failed")
        assert [attempt["status"] for attempt in failed["attempts"]] == ["declined"] * 5
        at = [datetime.fromisoformat(attempt["started_at"]) for attempt in failed["attempts"]]
        waited = [later - earlier for earlier, later in pairwise(at)]
        assert all(w >= timedelta(days=n) for w, n in zip(waited, (2, 5, 7, 7), strict=True))


def test_another_terminal_reaches_the_running_stack(fast: Project) -> None:
    shop = shop_of(fast)
    organization = f"org_{shop['api_key'].split('_')[2]}"
    command = '. .local/environment && exec "$0" -m farebox key create --mode test --organization '

    ran = subprocess.run(
        ["sh", "-c", command + organization, sys.executable],
        cwd=fast.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(fast.folder / "shared")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    [key] = re.findall(r"fb_test_\S+", ran.stdout)
    assert get("/v1/orders", {**shop, "api_key": key})["data"]


def test_two_stacks_run_at_once_and_know_only_their_own_records(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    projects = [Project(folder) for folder in folders]
    processes = [project.start() for project in projects]
    try:
        shops = [
            project.wait_until_healthy(process)
            for project, process in zip(projects, processes, strict=True)
        ]
        customers = [
            {customer["id"] for customer in get("/v1/customers", shop)["data"]} for shop in shops
        ]
        for shop, own, other in zip(shops, customers, reversed(customers), strict=True):
            assert shop["customer"] in own - other
    finally:
        for process in processes:
            process.terminate()
        assert [process.wait(ENDS_WITHIN_SECONDS) for process in processes] == [0, 0]


def test_a_signal_while_starting_ends_it_as_well(
    project: Project, running: subprocess.Popen[bytes]
) -> None:
    log = project.folder / ".local" / "farebox.log"
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not log.exists():
        assert time.monotonic() < deadline, project.terminal.read_text()
        time.sleep(POLL_SECONDS)

    running.send_signal(signal.SIGTERM)

    assert running.wait(READY_WITHIN_SECONDS) == 0
    assert "Traceback" not in project.terminal.read_text()


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("template.yaml", "template.yaml is missing"),
        ("functions/api.py", "ApiFunction's code is missing"),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_one_sentence(
    project: Project, missing: str, sentence: str
) -> None:
    (project.folder / missing).unlink()

    process = project.start()

    assert process.wait(READY_WITHIN_SECONDS) == 1
    [printed] = project.terminal.read_text().splitlines()
    assert printed.startswith("farebox: ") and sentence in printed


def test_what_is_no_speed_is_said_in_one_sentence(tmp_path: Path) -> None:
    process = Project(tmp_path, clock_speed="fast").start()

    assert process.wait(READY_WITHIN_SECONDS) == 1
    [printed] = (tmp_path / "terminal.txt").read_text().splitlines()
    assert printed.startswith("farebox: CLOCK_SPEED is 'fast'")


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        project = Project(tmp_path, str(port))

        process = project.start()

        assert process.wait(READY_WITHIN_SECONDS) == 1
    [printed] = project.terminal.read_text().splitlines()
    assert f"Port {port} cannot be used" in printed
