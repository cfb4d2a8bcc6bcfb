"""Functions in containers, with the emulator on the host.

CONTAINERS_HOST     how a container names this machine (default host.docker.internal)
CONTAINERS_EXPOSE   a command that lets containers reach the port of this machine's loopback that
                    is added as its last argument, where the engine does not
"""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.emulator import client_environment, running_emulator
from local.queues import create_queues
from local.tables import create_tables
from local.template import read_stack
from tests.emulator import seed_example_key
from tests.sam import TEMPLATE, build

# An image for another processor than this machine's does not run on it.
ARCHITECTURE = "x86_64"


@dataclass(frozen=True, slots=True)
class Containers:
    """What `sam local` is told so that functions find the emulator's tables and queues."""

    template: Path
    variables: Path

    @property
    def arguments(self) -> tuple[str, ...]:
        return (
            *("--template-file", str(self.template), "--env-vars", str(self.variables)),
            *("--parameter-overrides", f"Architecture={ARCHITECTURE}"),
            # No registry is asked: the image is there, or the suite fails.
            "--skip-pull-image",
        )


@pytest.fixture(scope="session")
def engine() -> None:
    """Skip where no engine answers; fail where CONTAINERS_HOST says that one does."""
    give_up = pytest.fail if "CONTAINERS_HOST" in os.environ else pytest.skip
    try:
        answer = subprocess.run(["docker", "version"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        give_up("There is no docker on PATH.")
    if answer.returncode:
        give_up(f"No container engine answers: {answer.stderr.strip()}")


@pytest.fixture(scope="session")
def containers(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    folder = tmp_path_factory.mktemp("containers")
    packages = build(ARCHITECTURE, folder / "build")
    stack = read_stack(TEMPLATE)
    # What two functions have in common is the same for both.
    variables = {n: v for f in stack.functions.values() for n, v in f.environment.items()}
    with running_emulator(folder / "emulator.log") as endpoint:
        account = client_environment(endpoint)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in account.items():
                patch.setenv(name, value)
            create_tables(stack.tables)
            create_queues(stack.queues)
        seed_example_key({**variables, **account})
        port = urlsplit(endpoint).port
        if expose := os.environ.get("CONTAINERS_EXPOSE"):
            subprocess.run([*shlex.split(expose), str(port)], check=True)
        host = os.environ.get("CONTAINERS_HOST", "host.docker.internal")
        variables["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"
        (folder / "variables.json").write_text(json.dumps({"Parameters": variables}))
        yield Containers(packages / "template.yaml", folder / "variables.json")
