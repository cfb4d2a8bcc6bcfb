"""The local stack as `make run` starts it, and Chromium, which must have nothing to complain of."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

try:
    from playwright.sync_api import BrowserContext, Page
except ImportError:
    # Without a browser's driver there is nothing to collect: make test leaves these out anyway.
    collect_ignore_glob = ["test_*.py"]
else:
    from tests.browser.checked_page import CheckedPage
    from tests.browser.shop import Shop, ThanksPage, thanks_page

    ROOT = Path(__file__).parents[2]
    ARTIFACTS = ROOT / "artifacts" / "browser"
    # A day of the stack passes in 24 minutes, a tick of its schedule comes each second.
    CLOCK_SPEED = "60"
    VISITOR = {
        "viewport": {"width": 1280, "height": 860},
        "locale": "en-US",
        "color_scheme": "light",
    }
    # What root and a closed network need, and nothing fetched behind the tests' back.
    FLAGS = [
        *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    ]

    @pytest.fixture(scope="session")
    def thanks() -> Iterator[ThanksPage]:
        with thanks_page() as page:
            yield page

    @pytest.fixture(scope="session")
    def shop(thanks: ThanksPage) -> Iterator[Shop]:
        """A stack of this session's own, on a free port."""
        stack = subprocess.Popen(
            [ROOT / ".venv" / "bin" / "python", "-m", "local"],
            cwd=ROOT,
            env=os.environ | {"PORT": "0", "CLOCK_SPEED": CLOCK_SPEED},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert stack.stdout is not None
        try:
            welcome = "".join(iter(stack.stdout.readline, "Order three seats:\n"))
            found = re.search(r"Base URL\s+(\S+)\s+Test key\s+(\S+)", welcome)
            assert found, welcome
            yield Shop(found[1], found[2], thanks)
        finally:
            stack.send_signal(signal.SIGTERM)
            stack.communicate(timeout=30)

    @pytest.fixture(scope="session")
    def browser_type_launch_args() -> dict[str, Any]:
        return {
            "executable_path": os.environ.get("CHROMIUM") or shutil.which("chromium"),
            "args": FLAGS,
        }

    @pytest.fixture(scope="session")
    def browser_context_args() -> dict[str, Any]:
        """Nothing by default: ``opened`` says what each visitor has."""
        return {}

    @pytest.fixture
    def opened(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., CheckedPage]]:
        """Opens addresses, each in a context of its own; what a page broke fails the test."""
        pages: list[CheckedPage] = []

        def open_page(url: str, **context: Any) -> CheckedPage:
            page = CheckedPage(new_context(**(VISITOR | context)).new_page(), ARTIFACTS)
            pages.append(page)
            page.open(url)
            return page

        yield open_page
        for page in pages:
            assert page.complaints() == []

    @pytest.fixture
    def page(page: Page) -> Page:
        raise AssertionError("Take opened: its pages are checked")
