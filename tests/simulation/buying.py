"""A checkout on the page: its merchant makes it, its customer pays it in one tab or several."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from farebox.instants import stamp
from local.http_event import HttpRequest, build_event
from local.routing import find_route
from tests.faults import Crash
from tests.simulation.callers import LONGEST_PAUSE_SECONDS, TRIES, NoAnswer
from tests.simulation.deployment import deployment
from tests.simulation.plans import APPROVE, CLOSE, PAY, REFUSE, PlannedCheckout, Step
from tests.simulation.shop import DISCOUNT_CODE, shop
from tests.simulation.timeline import BEGINNING
from tests.simulation.world import World

if TYPE_CHECKING:
    from tests.simulation.runs import Run

ACTIONS = {PAY: "pay", APPROVE: "authenticate", REFUSE: "refuse_authentication"}
_SHOWN = re.compile(r'name="(shown_\w+)"[^>]*value="(\d+)"')


@dataclass(frozen=True, slots=True)
class Tab:
    """A browser's tab with the page of a checkout; who gets no answer looks again."""

    world: World
    path: str

    def press(self, action: str, **typed: str) -> Mapping[str, Any]:
        """Send the form that the page shows now. Raises ``NoAnswer``."""
        page = self._ask("GET", b"")
        form = {**dict(_SHOWN.findall(page["body"])), "action": action, **typed}
        return self._ask("POST", urlencode(form).encode())

    def _ask(self, method: str, body: bytes) -> Mapping[str, Any]:
        pause = 1.0
        for _ in range(TRIES):
            answer = self._once(method, body)
            if answer is not None and answer["statusCode"] < 500:
                return answer
            self.world.timeline.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        raise NoAnswer(f"{method} {self.path}", TRIES)

    def _once(self, method: str, body: bytes) -> Mapping[str, Any] | None:
        headers = [
            ("host", "api.example.com"),
            ("content-type", "application/x-www-form-urlencoded"),
        ]
        request = HttpRequest(method, self.path, headers, body)
        found = find_route(deployment().stack.routes, method, request.path)
        assert found is not None, f"template.yaml routes {method} {self.path} nowhere"
        event = build_event(request, *found)
        try:
            answer: Mapping[str, Any] = self.world.invoke(found[0].function, event)
        except Crash:
            self.world.timeline.check()
            return None
        return answer


class Purchase:
    """One planned checkout: the merchant's part, and that of its customer's tabs."""

    def __init__(self, run: "Run", planned: PlannedCheckout) -> None:
        self._run = run
        self._planned = planned
        self._tenant = shop().tenants[planned.tenant]
        self._ask = run.merchants[planned.tenant].ask
        self._timeline = run.world.timeline

    def begin(self) -> None:
        """Have it happen, in processes of its own."""
        self._timeline.start(f"checkout {self._planned.number}", self._make)

    def _make(self) -> None:
        planned = self._planned
        self._timeline.wait(planned.at)
        key = f"checkout-{planned.number}"
        try:
            made = self._ask("POST", "/v1/checkouts", self._body(), key)
        except NoAnswer:
            return
        if made.status != 201:  # its discount is used up
            return
        id, path = str(made.body["id"]), urlsplit(made.body["checkout_url"]).path
        for tab in range(planned.tabs):
            name = f"tab {planned.number}.{tab}"
            self._timeline.start(name, lambda: self._live(id, Tab(self._run.world, path)))

    def _body(self) -> dict[str, Any]:
        planned = self._planned
        expires_at = BEGINNING + timedelta(seconds=planned.at + planned.open_seconds)
        line = {"price": self._tenant.prices[planned.currency], "quantity": planned.quantity}
        body: dict[str, Any] = {
            "line_items": [line],
            "expires_at": stamp(expires_at),
            "metadata": {"number": f"checkout {planned.number}"},
        }
        if planned.discounted:
            body["discount_code"] = DISCOUNT_CODE
        if planned.customer:
            body["customer"] = self._tenant.customers[planned.customer]
        return body

    def _live(self, id: str, tab: Tab) -> None:
        for step in self._planned.steps:
            self._timeline.wait(step.after)
            try:
                self._take(id, tab, step)
            except NoAnswer:
                return

    def _take(self, id: str, tab: Tab, step: Step) -> None:
        if step.what == CLOSE:
            self._ask("POST", f"/v1/checkouts/{id}/expire", {})
        elif step.what == PAY:
            code = {"discount_code": DISCOUNT_CODE} if self._planned.discounted else {}
            payer = {"email": "grace@example.com", "save_payment_method": "on"}
            tab.press(ACTIONS[PAY], test_card=step.card, **payer, **code)
        else:
            tab.press(ACTIONS[step.what])
