"""The checkout page from what `sam build` makes: drawn in the runtime, from compiled templates."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.template.test_packages import in_the_runtime

pytestmark = pytest.mark.sam

LAYERS = ("FareboxLayer", "FormattingLayer", "PagesLayer")

DRAW_A_PAGE = """
import sys
sys.path[:0] = sys.argv[1:]
from farebox.pages.checkout import render
from farebox.pages.engine import template
from farebox.pages.views import RefusalView
print(template().filename)
print(render(RefusalView(kind="not_found"), "de", "n0nce"))
"""


def test_the_page_is_drawn_from_the_layers_alone(packages: Callable[[str], Path]) -> None:
    """Else every visitor of a deployed checkout sees an error, or waits for a compiler."""
    layers = [packages("x86_64") / layer / "python" for layer in LAYERS]

    source, _, document = in_the_runtime(DRAW_A_PAGE, *layers).partition("\n")

    assert "Diese Bezahlseite gibt es nicht" in document
    assert Path(source).suffix == ".py", "The template is compiled at every cold start"


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_the_engine_is_the_same_on_every_processor(
    architecture: str, packages: Callable[[str], Path]
) -> None:
    """Else the page fails on the processor that the layer was not built for."""
    engine = packages(architecture) / "PagesLayer" / "python"

    assert list(engine.glob("jinja2/__init__.py"))
    assert not list(engine.rglob("*.so"))
