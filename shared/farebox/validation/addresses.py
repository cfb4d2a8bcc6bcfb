"""Postal addresses."""

from typing import Annotated

from farebox.validation.check import Input
from farebox.validation.fields import BlankIsNone, Country, Name


class Address(Input):
    """A postal address; every part is optional."""

    line1: Annotated[Name | None, BlankIsNone] = None
    line2: Annotated[Name | None, BlankIsNone] = None
    city: Annotated[Name | None, BlankIsNone] = None
    state: Annotated[Name | None, BlankIsNone] = None
    region: Annotated[Name | None, BlankIsNone] = None
    postal_code: Annotated[Name | None, BlankIsNone] = None
    country: Annotated[Country | None, BlankIsNone] = None
