"""GET a checkout's page, and POST its form: the customer pays, once, whatever they click."""

from farebox.billing import checkout_page
from farebox.handler import Answer, Request, endpoint
from farebox.operations.checkout_page import (
    answer,
    anybody,
    carry_out,
    load,
    new_ids,
    read,
    speaks,
)


@endpoint(speaks, anybody)
def handler(request: Request) -> Answer:
    asked = read(request)
    found = load(asked)
    decision = checkout_page.decide(found.visit, ids=new_ids())
    return answer(request, carry_out(found, decision), decision)
