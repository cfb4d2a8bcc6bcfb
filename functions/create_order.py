"""POST an order: price its lines, keep it once, and charge it if that is to be done at once."""

from farebox import clock, dialects, ids
from farebox.billing import orders
from farebox.charging.requests import charged
from farebox.handler import Answer, Request, endpoint
from farebox.storage.commit import commit
from farebox.storage.load import authenticate, load, load_more
from farebox.storage.numbers import numbered
from farebox.validation.orders import CreateOrder


@endpoint(dialects.of, authenticate)
def handler(request: Request) -> Answer:
    dialect = dialects.of(request)
    asked = dialect.read(CreateOrder, request)
    loaded = load(request, "orders:write", orders.references(asked), creates=orders.Order)
    if loaded.first is not None:
        known = load_more(loaded, dialect.expands([loaded.first.record]))
        return dialect.write_created(loaded.first, known)
    change = orders.create(asked, loaded.known, id=ids.new(orders.Order.prefix), now=clock.now())
    kept = commit(loaded, numbered(loaded, change))
    if asked.collection == "charge_now":
        kept = charged(loaded.tenant, kept)
    return dialect.write_created(kept, load_more(loaded, dialect.expands([kept.record])))
