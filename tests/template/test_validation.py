"""The template as AWS's own tools read it."""

import subprocess

import pytest

from tests.sam import ROOT, TEMPLATE, run_sam, sam_path

pytestmark = pytest.mark.sam


def test_sam_accepts_the_template() -> None:
    """Else a user's first `sam deploy` ends with an error of ours."""
    run_sam("validate", "--lint", "--template-file", TEMPLATE)


def test_cfn_lint_has_nothing_to_say() -> None:
    """Else a user's first `sam deploy` meets what the linter knows CloudFormation refuses."""
    linter = sam_path().with_name("cfn-lint")
    result = subprocess.run(
        [linter, "template.yaml"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stdout) == (0, "")
