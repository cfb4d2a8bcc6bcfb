"""What `sam build` makes: for the right processor, with bytecode that the runtime takes as is."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.naming import operation_of
from tests.sam import ROOT, python_3_13

pytestmark = pytest.mark.sam

LAYER = "FareboxLayer"
FORMATTING_LAYER = "FormattingLayer"
MEGABYTE = 1024**2
# Every byte is fetched and unpacked before a cold start begins.
LARGEST_BYTES = {LAYER: 26 * MEGABYTE, FORMATTING_LAYER: 36 * MEGABYTE, "PagesLayer": 2 * MEGABYTE}
LARGEST_FUNCTION_BYTES = MEGABYTE // 8

ELF_MAGIC = b"\x7fELF"
# Where an ELF header names its processor, and the numbers of the two that Lambda has.
ELF_MACHINE = slice(18, 20)
ELF_MACHINES = {"x86_64": 62, "arm64": 183}

# A .pyc starts with the interpreter's magic and flags: bit 0 is a hash instead of a date, bit 1
# a hash that is checked against the source.
UNCHECKED_HASH = 0b01

Packages = Callable[[str], Path]
architectures = pytest.mark.parametrize("architecture", ELF_MACHINES)

IMPORT_IN_THE_RUNTIME = """
import importlib, sys
name, *sys.path[:0] = sys.argv[1:]
assert callable(importlib.import_module(name).handler)
"""

FORMAT_AN_AMOUNT = """
import sys
sys.path[:0] = sys.argv[1:]
from farebox.formatting import money
from farebox.pricing.money import currencies
print(money(1250, currencies()["usd"], "en_US"))
"""

CREATE_A_CLIENT = """
import sys
sys.path.insert(0, sys.argv[1])
import botocore.session
for service in sys.argv[2:]:
    client = botocore.session.get_session().create_client(service, region_name="eu-central-1")
    print(client.meta.endpoint_url)
"""


def package_folders(build: Path) -> Iterator[Path]:
    """Every built function, and the layer."""
    return (path for path in build.iterdir() if path.is_dir())


def in_the_runtime(code: str, *arguments: str | Path) -> str:
    """Run code in the runtime's Python with no packages but those it puts on the path itself."""
    result = subprocess.run(
        # -I and -S: no variables, no user's and no site's packages, nothing from the folder.
        [python_3_13(), "-I", "-S", "-c", code, *arguments],
        env={
            "AWS_REGION": "us-east-1",
            "CORE_TABLE": "core",
            "EVENTS_TABLE": "events",
            "EPHEMERAL_TABLE": "ephemeral",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@architectures
def test_compiled_code_is_for_the_processor_it_will_run_on(
    architecture: str, packages: Packages
) -> None:
    """Else every call of a fresh deployment ends with an import error."""
    libraries = list(packages(architecture).rglob("*.so*"))

    assert libraries
    for library in libraries:
        header = library.read_bytes()[: ELF_MACHINE.stop]
        assert header.startswith(ELF_MAGIC)
        machine = int.from_bytes(header[ELF_MACHINE], "little")
        assert machine == ELF_MACHINES[architecture], library


@architectures
def test_every_module_has_bytecode_that_the_runtime_takes_unchecked(
    architecture: str, packages: Packages
) -> None:
    """Else a cold start compiles from source, since it cannot write: 2.7 times as slow."""
    build = packages(architecture)
    magic = bytes.fromhex(in_the_runtime("import importlib.util as u; print(u.MAGIC_NUMBER.hex())"))
    start = magic + UNCHECKED_HASH.to_bytes(4, "little")

    sources = [source for folder in package_folders(build) for source in folder.rglob("*.py")]
    assert sources
    for source in sources:
        bytecode = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        assert bytecode.is_file(), source
        assert bytecode.read_bytes().startswith(start), bytecode


@architectures
def test_packages_stay_small(architecture: str, packages: Packages) -> None:
    """Else cold starts and deployments get slower, unnoticed, with each package that comes in."""
    for folder in package_folders(packages(architecture)):
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        largest = LARGEST_BYTES.get(folder.name, LARGEST_FUNCTION_BYTES)
        assert size <= largest, f"{folder.name} has {size / MEGABYTE:.2f} MB"


def test_every_function_starts_from_its_package_and_its_layers_alone(
    declared: Mapping[str, Any], packages: Packages
) -> None:
    """Else what works on a laptop, with all packages installed, fails in Lambda."""
    build = packages("x86_64")

    for logical_id, properties in declared.items():
        layers = [build / layer["Ref"] / "python" for layer in properties["Layers"]]
        in_the_runtime(IMPORT_IN_THE_RUNTIME, operation_of(logical_id), build / logical_id, *layers)


def test_the_trimmed_layer_still_makes_every_client(packages: Packages) -> None:
    """Else the first call fails on a data file that was taken out of botocore."""
    services = ("dynamodb", "lambda", "sqs")

    made = in_the_runtime(CREATE_A_CLIENT, packages("x86_64") / LAYER / "python", *services)

    assert made.split() == [f"https://{s}.eu-central-1.amazonaws.com" for s in services]


@architectures
def test_the_layer_names_what_it_carries(architecture: str, packages: Packages) -> None:
    """Else a scanner for known holes finds no package to check, and reports none."""
    root = packages(architecture) / LAYER / "python"
    required = [
        line.split("==")[0].replace("-", "_")
        for line in (ROOT / "shared/requirements.txt").read_text().splitlines()
        if "==" in line
    ]

    for name in required:
        assert list(root.glob(f"{name}-*.dist-info/METADATA")), name


def test_only_api_carries_more_than_its_own_file(packages: Packages) -> None:
    """Else a function loads what it does not need, or api lacks what it falls back on."""
    build = packages("x86_64")
    carried = {
        folder.name: sorted(path.name for path in folder.glob("*.py"))
        for folder in package_folders(build)
        if folder.name not in LARGEST_BYTES
    }

    creates = ["create_checkout.py", "create_order.py", "create_price.py"]
    assert carried == {
        "CreatePriceFunction": ["create_price.py"],
        "CreateOrderFunction": ["create_order.py"],
        "CreateCheckoutFunction": ["create_checkout.py"],
        "DispatchChargesFunction": ["dispatch_charges.py"],
        "ChargeOrderFunction": ["charge_order.py"],
        "CheckoutPageFunction": ["checkout_page.py"],
        "ApiFunction": ["api.py", *creates],
    }


def test_amounts_are_formatted_from_the_layers_alone(packages: Packages) -> None:
    """Else the first answer with an amount for people ends with an import error."""
    build = packages("x86_64")
    layers = [build / layer / "python" for layer in (LAYER, FORMATTING_LAYER)]

    shown = in_the_runtime(FORMAT_AN_AMOUNT, *layers)

    assert shown == "$12.50"
