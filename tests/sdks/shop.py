"""How the scenarios of tests/sdks/scenarios are found, and played against a running stack."""

import ast
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCENARIOS = Path(__file__).parent / "scenarios"
ENVIRONMENTS = ROOT / ".venv-sdks"
PLAYED_WITHIN_SECONDS = 120
NPM = "npm_"
# Node's own fetch is WebAssembly, for which it else reserves more addresses than .ci/run allows.
NODE_FLAGS = ("--disable-wasm-trap-handler",)


@dataclass(frozen=True)
class Shop:
    """A running stack with the sample shop, and how scenarios are played against it.

    The ``reading_key`` may change nothing, the ``native_key`` is none in another language.
    """

    base_url: str
    api_key: str
    product: str
    price: str
    customer: str
    reading_key: str = ""
    native_key: str = ""

    def play(self, package: str, scenario: str, **arguments: Any) -> Any:
        """Run a scenario by the interpreter that has the package, and give what it found."""
        command = [*_command(package), scenario, json.dumps(arguments)]
        ran = subprocess.run(
            command,
            env={
                "PATH": os.environ["PATH"],
                "BASE_URL": self.base_url,
                "API_KEY": self.api_key,
                "READING_KEY": self.reading_key,
                "NATIVE_KEY": self.native_key,
                "PACKAGES": str(ENVIRONMENTS / "npm"),
                "NO_PROXY": "127.0.0.1",
            },
            capture_output=True,
            text=True,
            timeout=PLAYED_WITHIN_SECONDS,
            check=False,
        )
        if ran.returncode != 0:
            pytest.fail(f"{package}: {scenario}\n{ran.stdout}{ran.stderr}", pytrace=False)
        return json.loads(ran.stdout)


def scenarios(package: str) -> list[str]:
    """The names of a package's scenarios: what its script offers that takes nothing."""
    text = _script(package).read_text(encoding="utf-8")
    if package.startswith(NPM):
        return re.findall(r"^export async function (\w+)\(\)", text, re.MULTILINE)
    return [
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and re.match("[a-z]+_", node.name) and not _taken(node)
    ]


def _script(package: str) -> Path:
    return SCENARIOS / f"with_{package}{'.mjs' if package.startswith(NPM) else '.py'}"


def _command(package: str) -> list[str | Path]:
    """What runs a package's scenarios, by the interpreter that has it."""
    if not package.startswith(NPM):
        python = ENVIRONMENTS / package / "bin" / "python"
        if not python.exists():
            pytest.skip(f"{package} is not in {ENVIRONMENTS.name}, where .ci/run installs it")
        return [python, _script(package)]
    node = shutil.which("node")
    if node is None:
        pytest.skip(f"there is no node to run {package} with")
    if not (ENVIRONMENTS / "npm" / "installed").exists():
        pytest.skip(f"{package} is not in {ENVIRONMENTS.name}/npm, where .ci/run installs it")
    return [node, *NODE_FLAGS, SCENARIOS / "play.mjs", _script(package)]


def _taken(node: ast.FunctionDef) -> bool:
    arguments = node.args
    return bool(arguments.args or arguments.kwonlyargs or arguments.kwarg)
