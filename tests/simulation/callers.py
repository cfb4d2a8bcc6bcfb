"""Those who call the API: merchants' programs, which send again what got no answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.http_event import HttpRequest, build_event
from local.routing import find_route
from tests.faults import Crash
from tests.simulation.deployment import deployment
from tests.simulation.world import World

TRIES = 40
LONGEST_PAUSE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that got an answer, the last of so many tries."""

    organization: str
    method: str
    path: str
    key: str | None
    tries: int
    began_at: float
    status: int
    text: str
    replayed: bool

    @property
    def body(self) -> Any:
        return json.loads(self.text)


class NoAnswer(Exception):
    """The API did not answer, however often it was asked."""

    def __init__(self, request: str, tries: int) -> None:
        super().__init__(f"{request}, {tries} times")
        self.tries = tries


@dataclass(frozen=True, slots=True)
class Merchant:
    """One organization's program, with its key; it remembers its ``answers``."""

    world: World
    organization: str
    api_key: str
    answers: list[Answered]

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answered:
        """Send a request until it is answered, in a process. Raises ``NoAnswer``."""
        event, function = self._event(method, path, body, key)
        began_at = self.world.timeline.now
        pause = 1.0
        for count in range(1, TRIES + 1):
            answer = self._once(function, event)
            if answer is not None and answer["statusCode"] < 500:
                answered = Answered(
                    self.organization,
                    method,
                    path,
                    key,
                    count,
                    began_at,
                    answer["statusCode"],
                    answer["body"],
                    "idempotency-replayed" in answer["headers"],
                )
                self.answers.append(answered)
                return answered
            self.world.timeline.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        raise NoAnswer(f"{method} {path}", TRIES)

    def _once(self, function: str, event: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            answer: Mapping[str, Any] = self.world.invoke(function, event)
        except Crash:
            self.world.timeline.check()
            return None
        return answer

    def _event(
        self, method: str, path: str, body: Any, key: str | None
    ) -> tuple[Mapping[str, Any], str]:
        headers = [
            ("host", "api.example.com"),
            ("content-type", "application/json"),
            ("authorization", f"Bearer {self.api_key}"),
        ]
        if key is not None:
            headers.append(("idempotency-key", key))
        sent = b"" if body is None else json.dumps(body).encode()
        request = HttpRequest(method, path, headers, sent)
        found = find_route(deployment().stack.routes, method, request.path)
        assert found is not None, f"template.yaml routes {method} {path} nowhere"
        route, variables = found
        return build_event(request, route, variables), route.function
