"""A shop on the local stack as its merchant sees it: over HTTP, with a key, and a page to thank."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request, urlopen

ANSWER_SECONDS = 30


@dataclass(frozen=True)
class ThanksPage:
    """Where a paid customer returns to; ``visits`` are the addresses that were asked for."""

    base_url: str
    visits: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.base_url}/thanks?from={{CHECKOUT_ID}}"

    @property
    def former_url(self) -> str:
        """An address of another origin, whose server sends everybody on to this one."""
        return self.url.replace("127.0.0.1", "localhost").replace("/thanks", "/former")

    def visit_of(self, checkout: str) -> dict[str, str]:
        """The pairs that the only customer of this checkout came back with."""
        pairs = [dict(parse_qsl(urlsplit(url).query)) for url in self.visits]
        found = [each for each in pairs if each.get("from") == checkout]
        assert len(found) == 1, self.visits
        return found[0]


@dataclass(frozen=True)
class Shop:
    """One organization in test mode."""

    base_url: str
    api_key: str
    thanks: ThanksPage

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, **body: Any) -> Any:
        return self._call("POST", path, body)

    def product(self, name: str = "Team seat", **price: Any) -> str:
        """A product at 12.50 a unit, unless ``price`` says something else."""
        product = self.post("/v1/products", name=name)["id"]
        terms = price or {"unit_amount": 1250}
        made = self.post("/v1/prices", product=product, currency="usd", **terms)
        self._call("PATCH", f"/v1/products/{product}", {"default_price": made["id"]})
        return str(product)

    def checkout(self, **fields: Any) -> Any:
        """Three seats at 12.50, with a way back, unless ``fields`` say something else."""
        if not {"product", "line_items"} & fields.keys():
            seat = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": "Team seat"}}
            fields["line_items"] = [{"price_data": seat, "quantity": 3}]
        return self.post("/v1/checkouts", **{"success_url": self.thanks.url, **fields})

    def read(self, checkout: Any) -> Any:
        return self.get(f"/v1/checkouts/{checkout['id']}")

    def order_of(self, checkout: Any) -> Any:
        """The order of a checkout, with its attempts."""
        return self.get(f"/v1/orders/{self.read(checkout)['order']}")

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {self.api_key}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.base_url + path, data, headers, method=method)
        try:
            with urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return json.load(answer)
        except HTTPError as refused:
            raise AssertionError(f"{method} {path}: {refused.read().decode()}") from None


@contextmanager
def thanks_page() -> Iterator[ThanksPage]:
    """A merchant's own server, on a free port."""
    visits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 (the name that http.server calls)
            if self.path.startswith("/former"):
                self.send_response(301)
                place = self.path.replace("/former", "/thanks")
                self.send_header("location", f"http://127.0.0.1:{server.server_port}{place}")
                self.end_headers()
                return
            if self.path.startswith("/thanks"):
                visits.append(self.path)
            content = b"<!doctype html><html lang=en><title>Thanks</title><h1>Thanks</h1>"
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield ThanksPage(f"http://127.0.0.1:{server.server_port}", visits)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
