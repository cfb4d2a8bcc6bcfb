"""The SAM CLI as the suites call it: from SAM or PATH, past whatever the caller's shell sets."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
COMMAND_SECONDS = 240

# A make that started this test run, or a shell set up for another build, must not reach sam's make.
NOT_PASSED_ON = ("ARCHITECTURE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON", "PYTHONPATH")


@cache
def sam_path() -> Path:
    """Find the SAM CLI; where SAM names one, its absence is a failure and not a reason to skip."""
    named = os.environ.get("SAM")
    found = shutil.which(named or "sam")
    if found is None and named:
        pytest.fail(f"SAM is {named}, which is no program.")
    if found is None:
        pytest.skip("There is no sam on PATH; SAM can name one.")
    # Absolute, but not resolved: the folder that it stands in has its Python.
    return Path(found).absolute()


@cache
def python_3_13() -> Path:
    """Find the runtime's Python: beside sam, else on PATH, where a version manager's may refuse."""
    for candidate in (sam_path().parent / "python3.13", shutil.which("python3.13")):
        if candidate and Path(candidate).exists():
            trial = subprocess.run([candidate, "-c", ""], capture_output=True, check=False)
            if trial.returncode == 0:
                return Path(candidate)
    pytest.fail("There is no working python3.13, neither beside sam nor on PATH.")


def run_sam(
    *arguments: str | Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run sam in the project's folder, and show what it said where it fails."""
    result = subprocess.run(
        [sam_path(), *arguments],
        cwd=ROOT,
        env={**sam_environment(), **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    said = f"{result.stdout}\n{result.stderr}"
    assert result.returncode == 0, f"sam {arguments[0]} ended with {result.returncode}:\n{said}"
    return result


def sam_environment() -> dict[str, str]:
    """This process's environment, for sam: its folder and Python's first, no AWS account at all."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in NOT_PASSED_ON and not name.startswith("AWS_")
    }
    folders = (str(sam_path().parent), str(python_3_13().parent), kept.get("PATH", os.defpath))
    return {
        **kept,
        "PATH": os.pathsep.join(folders),
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": "us-east-1",
        # Else sam waits seconds for the keys of a machine that is not in AWS.
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def build(architecture: str, directory: Path) -> Path:
    """Build every function and the layer into `directory`, as `sam build` does for a deployment."""
    run_sam(
        *("build", "--build-dir", directory),
        *("--parameter-overrides", f"Architecture={architecture}"),
    )
    return directory
