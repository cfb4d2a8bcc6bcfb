"""Create and change a product together with its default price."""

from farebox import clock, dialects, ids
from farebox.billing import product_prices
from farebox.billing.catalogue import Price, Product
from farebox.billing.known import Reference
from farebox.handler import Answer, Request
from farebox.problems import NotFound
from farebox.storage.commit import commit
from farebox.storage.load import load
from farebox.validation.prices import CreatePrice
from farebox.validation.product_prices import UpdatePricedProduct

SCOPE = "products:write"


def create(request: Request) -> Answer:
    """POST a product and the terms of its default price."""
    dialect = dialects.of(request)
    asked = dialect.read(CreatePrice, request)
    loaded = load(request, SCOPE, creates=Product)
    if loaded.first is not None:
        return dialect.write_created(loaded.first, loaded.known)
    id, price_id = ids.new(Product.prefix), ids.new(Price.prefix)
    change = product_prices.create(asked, loaded.known, id=id, price_id=price_id, now=clock.now())
    return dialect.write_created(commit(loaded, change), loaded.known)


def update(request: Request, id: str) -> Answer:
    """PATCH a product; new terms make it a new default price."""
    dialect, this = dialects.of(request), Reference(Product, id)
    asked = dialect.read(UpdatePricedProduct, request)
    loaded = load(request, SCOPE, [this])
    before = loaded.known.found_as(Product, id)
    if before is None:
        raise NotFound("There is no such product")
    if asked.price is None and not asked.product.model_fields_set:
        return dialect.write(before, loaded.known)
    price_id = ids.new(Price.prefix)
    change = product_prices.update(before, asked, loaded.known, price_id=price_id, now=clock.now())
    return dialect.write(commit(loaded, change).record, loaded.known)
