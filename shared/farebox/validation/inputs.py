"""The inputs that price models take: what is billed is told by exactly one of them."""

from farebox.validation.check import Input, Rules

INPUTS = ("quantity", "groups", "cells", "usage", "events", "days", "component_subtotal")


def check_one_input(asked: Input, rules: Rules) -> None:
    """What is billed is told in exactly one way."""
    given = [name for name in INPUTS if getattr(asked, name) is not None]
    if not given:
        rules.broken("required", f"Give one of {', '.join(INPUTS)}", INPUTS[0])
    for name in given[1:]:
        rules.broken("excluded", f"Not together with {given[0]}", name)
