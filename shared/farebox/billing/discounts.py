"""Discounts: a percentage, or a fixed amount per currency, off a total."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from farebox.billing.catalogue import Product
from farebox.billing.known import Known, Reference
from farebox.billing.records import Change, Record, kept_metadata, merged_metadata
from farebox.instants import stamp
from farebox.pricing.money import Currency, round_half_up
from farebox.problems import FieldErrors

if TYPE_CHECKING:
    from farebox.validation.catalogue import CreateDiscount, UpdateDiscount

BASIS_POINTS_IN_ALL = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount(Record):
    """``redemptions`` counts checkouts that are paid or being paid: in the transaction in which
    their customers confirm them, and back in the one in which they are given up.

    Where ``products`` are named, it comes off what is paid for these only.
    """

    kind: ClassVar[str] = "discount"
    prefix: ClassVar[str] = "dis"
    unique: ClassVar[tuple[str, ...]] = ("code",)
    caseless: ClassVar[tuple[str, ...]] = ("code",)
    counted: ClassVar[tuple[str, ...]] = ("redemptions",)

    name: str
    type: str
    code: str | None = None
    basis_points: int | None = None
    amounts: Mapping[str, int] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    max_redemptions: int | None = None
    redemptions: int = 0
    active: bool = True
    products: tuple[str, ...] = ()

    def is_for(self, product: str | None) -> bool:
        """Whether it comes off what is paid for a product, or for what is none."""
        return not self.products or product in self.products

    def amount_off(self, total: int, currency: Currency) -> int:
        """What comes off ``total``, minor units: rounded once half up, never more than all of it.

        A fixed discount takes 0 off in a currency that it does not name.
        """
        if self.type == "fixed":
            return min((self.amounts or {}).get(currency.code, 0), total)
        exact = Fraction(total * (self.basis_points or 0), BASIS_POINTS_IN_ALL)
        return min(round_half_up(exact / currency.charge_step) * currency.charge_step, total)


def references(asked: "CreateDiscount | UpdateDiscount") -> Iterable[Reference]:
    """The products that a new discount is limited to."""
    return [Reference(Product, id) for id in getattr(asked, "products", ())]


def create(asked: "CreateDiscount", known: Known, *, id: str, now: datetime) -> Change:
    """A new discount; its code is found whatever its case."""
    errors = FieldErrors()
    for code, amount in (asked.amounts or {}).items():
        _check_step(code, amount, errors)
    for place, product in enumerate(asked.products):
        known.find(Product, product, f"products[{place}]", errors)
    errors.raise_if_any()
    fields = {name: value for name, value in asked if name not in ("metadata", "products")}
    discount = Discount(
        id=id,
        livemode=known.livemode,
        created_at=stamp(now),
        updated_at=stamp(now),
        metadata=kept_metadata(asked.metadata),
        products=tuple(asked.products),
        **fields,
    )
    return Change(record=discount, events=("discount.created",))


def update(before: Discount, asked: "UpdateDiscount", known: Known, *, now: datetime) -> Change:
    """The discount with the named fields changed; what it takes off stays."""
    errors = FieldErrors()
    changes = asked.changes()
    if asked.names("metadata"):
        changes["metadata"] = merged_metadata(before.metadata, asked.metadata)
    after = replace(before, **changes, version=before.version + 1, updated_at=stamp(now))
    if after.starts_at and after.ends_at and after.ends_at <= after.starts_at:
        errors.add("ends_at", "invalid_period", "ends_at must be after starts_at")
    errors.raise_if_any()
    return Change(record=after, events=("discount.updated",), before=before)


def check_redeemable(
    discount: Discount, currency: Currency, now: str, param: str, errors: FieldErrors
) -> None:
    """Note at ``param`` why ``discount`` cannot be used at ``now``, if it cannot."""
    if not discount.active:
        errors.add(param, "discount_inactive", "This discount is switched off")
    if discount.starts_at and now < discount.starts_at:
        errors.add(param, "discount_not_started", f"This discount starts at {discount.starts_at}")
    if discount.ends_at and now >= discount.ends_at:
        errors.add(param, "discount_ended", f"This discount ended at {discount.ends_at}")
    if discount.max_redemptions is not None and discount.redemptions >= discount.max_redemptions:
        errors.add(param, "discount_used_up", "This discount has been used as often as it may be")
    if discount.type == "fixed" and currency.code not in (discount.amounts or {}):
        message = f"This discount has no amount in {currency.code}"
        errors.add(param, "currency_mismatch", message)


def _check_step(code: str, amount: int, errors: FieldErrors) -> None:
    from farebox.pricing.money import currencies

    step = currencies()[code].charge_step
    if amount % step:
        errors.add(f"amounts.{code}", "invalid_step", f"Must be a multiple of {step}")
