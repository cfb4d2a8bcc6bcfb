"""What a cold start imports, in fresh interpreters, beside the import that no AWS client gets
around."""

import os
import subprocess
import sys
from collections.abc import Sequence
from statistics import median

from tests.benchmarks import SOURCES
from tests.benchmarks.measure import print_table

ROUNDS = 7
BASELINE = "botocore.session"
FUNCTIONS = ("create_price", "create_order", "create_checkout", "api")
SCRIPT = """
import sys, time
before = len(sys.modules)
started = time.perf_counter()
import {module}
print(time.perf_counter() - started, len(sys.modules) - before)
"""


def run() -> None:
    modules = (BASELINE, *FUNCTIONS)
    for module in modules:
        _import(module)  # writes the bytecode that a package would carry
    rounds = [[_import(module) for module in modules] for _ in range(ROUNDS)]
    seconds = [
        median(times) for times in zip(*([t for t, _ in row] for row in rounds), strict=True)
    ]
    print_table(
        f"Imports of a cold start (median of {ROUNDS} fresh interpreters)",
        ("module", "ms", f"× {BASELINE}", "modules"),
        _rows(modules, seconds, [count for _, count in rounds[0]]),
    )


def _rows(
    modules: Sequence[str], seconds: Sequence[float], counts: Sequence[int]
) -> list[tuple[str, ...]]:
    return [
        (module, f"{each * 1000:.0f}", f"{each / seconds[0]:.2f}", str(count))
        for module, each, count in zip(modules, seconds, counts, strict=True)
    ]


def _import(module: str) -> tuple[float, int]:
    """Seconds and modules of one import."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, SOURCES))}
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(module=module)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, count = found.stdout.split()[-2:]
    return float(seconds), int(count)
