"""Web addresses that a request brings: which ones may be kept depends on mode and organization."""

import re
from urllib.parse import urlsplit

from farebox.billing.known import Known
from farebox.problems import FieldErrors

LONGEST_LABEL = 63
_WRITTEN = re.compile(r"[a-z0-9_.:-]+", re.ASCII)
_PORTS = {"https": 443, "http": 80}


def check_web_address(url: str | None, livemode: bool, param: str, errors: FieldErrors) -> None:
    """Note at ``param`` an address on the caller's own machine in live mode."""
    if livemode and (url or "").lower().startswith("http:"):
        errors.add(param, "invalid_url", "Must be an https address in live mode")


def check_return_address(url: str | None, known: Known, param: str, errors: FieldErrors) -> None:
    """Note at ``param`` an address that this organization's customers are not to be sent to: one of
    an origin that is not on its list, where it has one, is among them."""
    if url is None:
        return
    check_web_address(url, known.livemode, param, errors)
    if not _is_reachable(urlsplit(url).hostname or ""):
        errors.add(param, "invalid_url", "This host cannot be a name")
    allowed = known.organization.return_origins
    if allowed and origin_of(url) not in allowed:
        message = f"Must be of one of the allowed origins: {', '.join(allowed)}"
        errors.add(param, "origin_not_allowed", message)


def _is_reachable(host: str) -> bool:
    """Whether a host can go over the wire, where names are ASCII and their labels short.

    A name that comes back from there as another (``ß`` as ``ss``) is one that browsers of today
    look for elsewhere: such a one has to be given as it goes over the wire.
    """
    if host.isascii():
        short = all(0 < len(label) <= LONGEST_LABEL for label in host.split("."))
        return short and _WRITTEN.fullmatch(host) is not None
    try:
        return host.encode("idna").decode("idna") == host
    except UnicodeError:
        return False


def origin_of(url: str) -> str:
    """``https://shop.example``: scheme, host and, where it is not the scheme's own, port."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
