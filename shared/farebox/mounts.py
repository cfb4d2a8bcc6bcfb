"""Where each language is spoken: the first part of a path names it, and ours has none."""

NATIVE = "farebox"
MOUNTED = ("polar", "billingrails", "creem", "orb", "stripe")


def split(path: str) -> tuple[str, str]:
    """The language of a path, and what is left of the path in it."""
    _, _, rest = path.partition("/")
    first, slash, behind = rest.partition("/")
    if first in MOUNTED:
        return first, f"/{behind}"
    return NATIVE, path
