"""Web addresses that a request brings: which ones may be kept depends on the mode."""

from farebox.problems import FieldErrors


def check_web_address(url: str | None, livemode: bool, param: str, errors: FieldErrors) -> None:
    """Note at ``param`` an address on the caller's own machine in live mode."""
    if livemode and (url or "").lower().startswith("http:"):
        errors.add(param, "invalid_url", "Must be an https address in live mode")
