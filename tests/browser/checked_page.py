"""A page in Chromium that remembers whatever the browser complained of."""

import json
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Dialog, Locator, Page

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
# Told to the test by a binding: nothing is put into the page that its policy would refuse.
LISTENER = """
addEventListener("securitypolicyviolation", event =>
  complain(`${event.violatedDirective} refused ${event.blockedURI}`));
"""


class CheckedPage:
    """A page by what a customer does on it."""

    def __init__(self, page: Page, artifacts: Path) -> None:
        self.page = page
        self._artifacts = artifacts
        self._complaints: list[str] = []
        self._asked: list[str] = []
        page.expose_function("complain", self._complain)
        page.add_init_script(LISTENER)
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("dialog", lambda dialog: self._refuse(dialog))
        page.on("request", lambda request: self._asked.append(request.url))

    def open(self, url: str) -> None:
        self.page.goto(url)

    def complaints(self) -> list[str]:
        """Errors, dialogs and violations of the policy, of every document so far."""
        return self._complaints

    @property
    def asked(self) -> list[str]:
        """Every address that the page fetched."""
        return self._asked

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    def choose(self, outcome: str, last4: str) -> None:
        """One of the test cards, whether it is folded away or not."""
        card = self.page.get_by_role("radio", name=f"{outcome} Visa {last4}", exact=True)
        if not card.is_visible():
            self.page.get_by_text("More test cards").click()
        card.check()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def pay(self, amount: str = "$37.50") -> None:
        self.press(f"Pay {amount}")

    def sees(self, text: str) -> bool:
        return text in self.page.locator("body").inner_text()

    def wait_for(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()

    def picture(self, name: str) -> None:
        """Keep how it looks, for people."""
        self._artifacts.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self._artifacts / f"{name}.png", full_page=True)

    def barriers(self) -> list[str]:
        """What axe-core finds that keeps somebody out, by rule and element."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("axe.run(document, {preload: false})")
        return [
            f"{rule['id']}: {node['html']}: {json.dumps(node['any'])[:400]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def _complain(self, text: str) -> None:
        self._complaints.append(text)

    def _refuse(self, dialog: Dialog) -> None:
        self._complain("a dialog")
        dialog.dismiss()

    def _hear(self, kind: str, text: str) -> None:
        # A refused form is answered with 422, which Chromium reports as a failed resource.
        if kind in ("error", "warning") and "status of 4" not in text:
            self._complaints.append(text)
