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
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

import pytest

from local.emulator import DIRECT

ROOT = Path(__file__).parents[2]
PARTS = ("local", "functions", "shared", "template.yaml")
READY_WITHIN_SECONDS = 60
ENDS_WITHIN_SECONDS = 15
POLL_SECONDS = 0.02


class Project:
    """A copy of the project, so that a stack which is being used keeps its own .local/."""

    def __init__(self, folder: Path, port: str = "0") -> None:
        self.folder = folder
        self.terminal = folder / "terminal.txt"
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
            copy(ROOT / part, folder / part)
        self.port = port

    def start(self) -> subprocess.Popen[bytes]:
        """Start as `make run` does."""
        with self.terminal.open("wb") as terminal:
            return subprocess.Popen(
                [sys.executable, "-m", "local"],
                cwd=self.folder,
                env={**os.environ, "PORT": self.port},
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


@pytest.fixture
def running(project: Project) -> Iterator[subprocess.Popen[bytes]]:
    process = project.start()
    yield process
    process.kill()
    process.wait()


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
    headers = {"Authorization": f"Bearer {shop['api_key']}"}
    with DIRECT.open(Request(f"{shop['base_url']}{path}", headers=headers)) as answer:
        return json.load(answer)


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
    assert "/v1/checkouts" in printed

    [line] = re.findall(r"^\s*(curl .*)$", printed, re.MULTILINE)
    made = paste(line)
    assert made["total_amount"] == 3750
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
