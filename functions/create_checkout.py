"""POST a checkout: price what it offers, keep it once, answer where the customer pays."""

from farebox import clock, dialects, ids
from farebox.billing import checkouts
from farebox.handler import Answer, Request, endpoint
from farebox.storage.commit import commit
from farebox.storage.keys import page_id
from farebox.storage.load import authenticate, load, load_more
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
        known = load_more(loaded, dialect.expands([loaded.first.record]))
        return dialect.write_created(loaded.first, known)
    id = ids.new(checkouts.Checkout.prefix)
    change = checkouts.create(
        asked,
        loaded.known,
        id=id,
        url=f"{request.base_url}/checkout/{page_id(loaded.tenant, id)}",
        now=clock.now(),
        signed_by=request.signer(checkouts.SIGNED_OTHERWISE),
    )
    kept = commit(loaded, change)
    return dialect.write_created(kept, load_more(loaded, dialect.expands([kept.record])))
