"""The routes of each language: method, path, and the line that is walked there."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from farebox.handler import Line

Route = tuple[str, str, Line]


def routes(dialect: str, creates: Mapping[str, Line]) -> Iterable[Route]:
    """Every route of a language; of two that match a path, the earlier one answers.

    ``creates`` are the lines of the functions that create prices, orders and checkouts.
    """
    module: Any = import_module(f"farebox.operations.routes.{dialect}")
    found: Iterable[Route] = module.routes(creates)
    return found
