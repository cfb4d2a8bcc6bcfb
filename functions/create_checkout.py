"""POST a checkout: price what it offers, keep it once, answer where the customer pays."""

from farebox import clock, dialects, ids
from farebox.billing import checkouts
from farebox.handler import Answer, Request, endpoint
from farebox.storage.commit import commit
from farebox.storage.load import authenticate, load
from farebox.validation.checkouts import CreateCheckout


@endpoint(dialects.of, authenticate)
def handler(request: Request) -> Answer:
    dialect = dialects.of(request)
    asked = dialect.read(CreateCheckout, request)
    loaded = load(
        request,
        "checkouts:write",
        checkouts.references(asked),
        creates=checkouts.Checkout,
        request_id=asked.request_id,
    )
    if loaded.first is not None:
        return dialect.write_created(loaded.first)
    id = ids.new(checkouts.Checkout.prefix)
    change = checkouts.create(
        asked, loaded.known, id=id, url=f"{request.base_url}/checkout/{id}", now=clock.now()
    )
    return dialect.write_created(commit(loaded, change))
