"""The template engine, with everything that it draws escaped.

Compiling the template takes longer than the rest of a cold start, so the layer's build does it.
"""

from functools import cache
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    ModuleLoader,
    StrictUndefined,
    Template,
)

TEMPLATE = "checkout.html.jinja"
STYLE = "checkout.css"
_FOLDER = Path(__file__).parent
_COMPILED = _FOLDER / "compiled"


@cache
def template() -> Template:
    """The page's template: as the build compiled it, else from its source."""
    loader = ChoiceLoader([ModuleLoader(_COMPILED), FileSystemLoader(_FOLDER)])
    return _environment(loader).get_template(TEMPLATE)


def compile_templates() -> None:
    """What the build of the layer does, in the layer."""
    _environment(FileSystemLoader(_FOLDER)).compile_templates(
        _COMPILED, zip=None, filter_func=(TEMPLATE, STYLE).__contains__, ignore_errors=False
    )


def _environment(loader: BaseLoader) -> Environment:
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
