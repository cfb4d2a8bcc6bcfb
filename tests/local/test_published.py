"""If these fail, scripts and other terminals find no stack, or one that is gone."""

import subprocess
from pathlib import Path

from local.published import published, shell_lines


def test_a_file_is_there_as_long_as_the_stack(tmp_path: Path) -> None:
    path = tmp_path / "farebox.json"
    path.write_text("an older stack's")

    with published(path, "mine"):
        assert path.read_text() == "mine"
        assert list(tmp_path.iterdir()) == [path]

    assert list(tmp_path.iterdir()) == []


def test_another_stacks_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "farebox.json"

    with published(path, "mine"), published(path, "another's"):
        pass
    assert not path.exists()

    with published(path, "mine"):
        path.write_text("another's")
    assert path.read_text() == "another's"


def test_a_file_that_somebody_removed_is_no_trouble(tmp_path: Path) -> None:
    with published(tmp_path / "environment", "mine"):
        (tmp_path / "environment").unlink()


def test_a_shell_reads_every_variable_as_it_is(tmp_path: Path) -> None:
    variables = {"A": "plain", "B": "two words; $HOME `id` 'q' \"", "C": ""}
    (tmp_path / "environment").write_text(shell_lines(variables))

    ran = subprocess.run(
        ["sh", "-c", '. "$0/environment"; printf "%s|" "$A" "$B" "$C"', tmp_path],
        capture_output=True,
        check=True,
        text=True,
    )

    assert ran.stdout == "|".join([*variables.values(), ""])
