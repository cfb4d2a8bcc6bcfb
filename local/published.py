"""Files that are there while the stack runs, so that scripts and other terminals find it."""

import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def published(path: Path, text: str) -> Iterator[None]:
    """Write a file whole or not at all, and remove it again unless another stack wrote its own."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.write(text)
    Path(file.name).replace(path)
    try:
        yield
    finally:
        if path.exists() and path.read_text() == text:
            path.unlink()


def shell_lines(variables: Mapping[str, str]) -> str:
    """Lines that set variables in any shell that reads them: `. FILE`."""
    return "".join(
        f"export {name}={shlex.quote(value)}\n" for name, value in sorted(variables.items())
    )
