"""A stack of its own for all scenarios."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from farebox import api_keys
from farebox.mounts import NATIVE
from tests.sdks.shop import ENVIRONMENTS, ROOT, Shop

PARTS = ("local", "functions", "shared", "template.yaml")
RECORDS = ("product", "price", "customer")
READABLE = ("products", "prices", "customers", "orders", "checkouts")
READY_WITHIN_SECONDS = 60
POLL_SECONDS = 0.05


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A stack of its own, started as `make run` does, in a copy of the project."""
    if not ENVIRONMENTS.is_dir():
        pytest.skip(f"there is no {ENVIRONMENTS.name}, which .ci/run makes")
    folder = tmp_path_factory.mktemp("sdks")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, folder / part)
    terminal = folder / "terminal.txt"
    with terminal.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=folder,
            env={**os.environ, "PORT": "0", "CLOCK_SPEED": ""},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        described = folder / ".local" / "farebox.json"
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not described.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The stack did not start:\n{terminal.read_text()}")
            time.sleep(POLL_SECONDS)
        known = json.loads(described.read_text())
        credential = api_keys.read({"x-api-key": known["api_key"]})

        def key(*options: str) -> str:
            """One more key of the shop's, made by the command as its owner would."""
            command = ["key", "create", "--organization", credential.organization]
            script = 'set -a; . .local/environment; exec "$@"'
            made = subprocess.run(
                ["bash", "-c", script, "-", sys.executable, "-m", "farebox", *command]
                + ["--mode", "test", *options],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(folder / "shared")},
                capture_output=True,
                text=True,
                check=True,
            )
            (found,) = re.findall(r"fb_test_\w+", made.stdout)
            return str(found)

        yield Shop(
            **{name: known[name] for name in ("base_url", "api_key", *RECORDS)},
            reading_key=key(*(word for name in READABLE for word in ("--scope", f"{name}:read"))),
            native_key=key("--dialect", NATIVE),
        )
    finally:
        process.terminate()
        process.wait()
