"""POST a price: check its terms, keep it once; a product named inline is made with it."""

from farebox import clock, dialects, ids
from farebox.billing import prices
from farebox.billing.catalogue import Price, Product
from farebox.handler import Answer, Request, endpoint
from farebox.storage.commit import commit
from farebox.storage.load import authenticate, load, load_more
from farebox.validation.prices import CreatePrice


@endpoint(dialects.of, authenticate)
def handler(request: Request) -> Answer:
    dialect = dialects.of(request)
    asked = dialect.read(CreatePrice, request)
    loaded = load(request, "prices:write", prices.references(asked), creates=Price)
    if loaded.first is not None:
        known = load_more(loaded, dialect.expands([loaded.first.record]))
        return dialect.write_created(loaded.first, known)
    id, product_id = ids.new(Price.prefix), ids.new(Product.prefix)
    known = load_more(loaded, prices.holders(asked, loaded.known))
    change = prices.create(asked, known, id=id, product_id=product_id, now=clock.now())
    kept = commit(loaded, change)
    return dialect.write_created(kept, load_more(loaded, dialect.expands([kept.record])))
