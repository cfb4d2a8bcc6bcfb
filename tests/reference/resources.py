"""What each resource's section says beside what the code tells: rules between its fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from farebox.billing.checkouts import LIFETIME
from farebox.billing.orders import FURTHEST_AHEAD
from farebox.validation import catalogue
from farebox.validation.check import Input
from farebox.validation.checkouts import CreateCheckout
from farebox.validation.inputs import INPUTS
from farebox.validation.orders import CreateOrder, UpdateOrder
from farebox.validation.price_configs import CONFIGS
from farebox.validation.price_forms import PriceData, PriceTerms
from farebox.validation.prices import CreatePrice, UpdatePrice
from farebox.validation.quotes import CreateQuote

Fields = tuple[str, ...]

CONFIG_FIELDS: Fields = tuple(f"{model}_config" for model in CONFIGS)
ONLY_KEPT: Fields = tuple(
    name for name in CreatePrice.model_fields if name not in PriceData.model_fields
)
FORM: Fields = tuple(name for name in PriceTerms.model_fields if name != "currency")
HOURS_OPEN = int(LIFETIME.total_seconds() // 3600)
YEARS_AHEAD = FURTHEST_AHEAD.days // 366


@dataclass(frozen=True, kw_only=True)
class Section:
    """A resource: its rules, the shapes of its requests, and the pairs that are its examples.

    Fields that are described ``together`` have one row: its name and its words.
    """

    collection: str
    rules: Sequence[str]
    creates: type[Input]
    updates: type[Input] | None = None
    examples: Sequence[str]
    together: Mapping[Fields, tuple[str, str]] = field(default_factory=dict)


SECTIONS = (
    Section(
        collection="products",
        rules=["A line that names a product costs its `default_price`, one of its own prices."],
        creates=catalogue.CreateProduct,
        updates=catalogue.UpdateProduct,
        examples=["create_product"],
    ),
    Section(
        collection="prices",
        rules=[
            "What a price costs never changes. It has a `product`, or a `product_data` to make one "
            "with it, and one form:",
            "- `unit_amount` or `unit_amount_decimal`, for packages with `transform_quantity`;\n"
            "- `custom_unit_amount`: the payer names the amount;\n"
            "- `billing_scheme` `tiered` with `tiers` and `tiers_mode`;\n"
            "- `model_type` and its `<model_type>_config`: [price models](#price-models).",
            "`currency_options` has the same kind of amount in other currencies. `recurring` or "
            "`cadence`, not both, makes a price recurring; `cadence` `custom` goes with "
            "`billing_cycle_configuration`. An invoicing cycle cuts the billing cycle into equal "
            "parts. `transfer_lookup_key` takes the `lookup_key` from the price that has it. A "
            "product's default price cannot be archived (`default_price`). "
            "What is kept but not applied: [pricing.md](pricing.md#kept-but-not-applied).",
            f"**Price data**, a price inside a line, takes the fields above `{ONLY_KEPT[0]}`. "
            "`periods` of a recurring price start at `?anchor=2026-01-31` (today without).",
        ],
        creates=CreatePrice,
        updates=UpdatePrice,
        examples=["create_price_tiered_model", "update_price", "periods_of_price"],
        together={
            CONFIG_FIELDS: ("`<model_type>_config`", "what the [model](#price-models) needs")
        },
    ),
    Section(
        collection="customers",
        rules=[
            "Two may share an `email`: the older one is found by it, whatever its case. A deleted "
            "customer keeps `id` and `deleted_at` only, and takes no more changes "
            "(`customer_deleted`); their orders stay as they are, and fail when they fall due."
        ],
        creates=catalogue.CreateCustomer,
        updates=catalogue.UpdateCustomer,
        examples=["create_customer_least"],
    ),
    Section(
        collection="payment_methods",
        rules=[
            "What a customer is charged by off-session; so far a card of the sandbox, in test "
            "mode. A customer's first one becomes their default unless `default` is `false`, a "
            "later one where it is `true`: see the customer's `default_payment_method`. A "
            "detached one is charged no more, and is nobody's default."
        ],
        creates=catalogue.CreatePaymentMethod,
        examples=["create_payment_method"],
    ),
    Section(
        collection="discounts",
        rules=[
            "A `percentage` needs `basis_points`, a `fixed` one `amounts`. With `products` it "
            "comes off the lines of these only. A `code` is found whatever its case."
        ],
        creates=catalogue.CreateDiscount,
        updates=catalogue.UpdateDiscount,
        examples=["create_discount_percentage"],
    ),
    Section(
        collection="orders",
        rules=[
            "Every line is priced and frozen at once: a price or product that changes, or is "
            "archived, makes no difference later. `currency` is that of the first line unless it "
            "is given. `amount` stands in for what the only line would cost; a product then needs "
            "no price. `use_billing_address_for_shipping` takes the place of `shipping_address`.",
            "`collection` says when it is charged: a `draft` when you ask for it, `charge_now` "
            "before the answer, which is 201 whatever came of it, `scheduled` at `charge_at`, "
            f"up to {YEARS_AHEAD} years ahead. `payment_method` is one of the customer's; without "
            "it, it is the one that is their default when the order is charged.",
            "A change has nothing to do with money, and is taken in every state.",
        ],
        creates=CreateOrder,
        updates=UpdateOrder,
        examples=["create_order_by_price"],
    ),
    Section(
        collection="checkouts",
        rules=[
            f"A page for a customer, open for {HOURS_OPEN} hours or until `expires_at`: a "
            "`product` and its `units` (1), which the customer may change, or `line_items`, which "
            "have a `quantity` here and nothing else in its place. `unit_amount` stands in for "
            "what one unit of the product costs. `customer` or `customer_email`, not both. A "
            "discount for other products is refused. `client_reference_id` is yours. `request_id` "
            "works like an [Idempotency-Key](#idempotency).",
            "`open`, then `confirmed` once its customer pays: its contents are frozen, its "
            "discount is redeemed, and `order` is made, with a new customer where you named none. "
            "`completed` with the payment of that order, or `expired`, the discount given back. A "
            "declined order takes another card on the page and is not retried by itself. The card "
            "is kept for later charges where the customer ticks that, or always "
            "(`save_payment_method`: `required`); it is the default of a customer who has none.",
            "Paid, the customer goes to `success_url`, in which `{CHECKOUT_ID}` is the "
            "checkout's, with `checkout_id`, `order_id`, `customer_id`, `product_id`, "
            "`request_id` (those there are) and `signature`: HMAC-SHA256 in hexadecimal digits, "
            "keyed with the organization's return secret, over the others as `name=value`, sorted "
            "by name and joined by `&` (`farebox.signing.verify_return_url`). Deliver on the event "
            "`checkout.completed`, not on that.",
            "One that is open or confirmed can be closed, and closed it stays; not while its "
            "order is being charged (`charge_in_progress`).",
        ],
        creates=CreateCheckout,
        examples=["create_checkout_by_product"],
    ),
    Section(
        collection="quotes",
        rules=[
            "An amount and the steps that lead to it; nothing is kept. Of new terms: "
            "`currency` and a form as a [price](#prices) has one. Of a price that is kept: no "
            "terms, and as `currency` any that it has amounts in. In both, one of the inputs that "
            "[line items](#line-items) take. `locale` adds `formatted_amount`."
        ],
        creates=CreateQuote,
        examples=["create_quote"],
        together={
            FORM: ("a form", "of the ways that a [price](#prices) has"),
            INPUTS[1:]: (f"`{INPUTS[1]}` … `{INPUTS[-1]}`", "as in a [line item](#line-items)"),
        },
    ),
)
