"""How the scenarios of tests/sdks/scenarios are found, and played against a running stack."""

import ast
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCENARIOS = Path(__file__).parent / "scenarios"
ENVIRONMENTS = ROOT / ".venv-sdks"
PLAYED_WITHIN_SECONDS = 120


@dataclass(frozen=True)
class Shop:
    """A running stack with the sample shop, and how scenarios are played against it."""

    base_url: str
    api_key: str
    product: str
    price: str
    customer: str

    def play(self, package: str, scenario: str, **arguments: Any) -> Any:
        """Run a scenario by the interpreter that has the package, and give what it found."""
        python = ENVIRONMENTS / package / "bin" / "python"
        if not python.exists():
            pytest.skip(f"{package} is not in {ENVIRONMENTS.name}, where .ci/run installs it")
        script = SCENARIOS / f"with_{package}.py"
        ran = subprocess.run(
            [python, script, scenario, json.dumps(arguments)],
            env={
                "PATH": os.environ["PATH"],
                "BASE_URL": self.base_url,
                "API_KEY": self.api_key,
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
    script = ast.parse((SCENARIOS / f"with_{package}.py").read_text(encoding="utf-8"))
    return [
        node.name
        for node in script.body
        if isinstance(node, ast.FunctionDef) and re.match("[a-z]+_", node.name) and not _taken(node)
    ]


def _taken(node: ast.FunctionDef) -> bool:
    arguments = node.args
    return bool(arguments.args or arguments.kwonlyargs or arguments.kwarg)
