"""Requests about a product together with its default price."""

from farebox.validation.catalogue import UpdateProduct
from farebox.validation.check import Input
from farebox.validation.fields import Amount, CurrencyCode
from farebox.validation.stripe_forms import Recurring, TaxBehavior


class NewTerms(Input):
    """What differs from the former default price; what is not named stays."""

    unit_amount: Amount | None = None
    currency: CurrencyCode | None = None
    recurring: Recurring | None = None
    tax_behavior: TaxBehavior | None = None


class UpdatePricedProduct(Input):
    """Changes to a product; new terms make it a new default price, as no price ever changes."""

    product: UpdateProduct
    price: NewTerms | None = None
