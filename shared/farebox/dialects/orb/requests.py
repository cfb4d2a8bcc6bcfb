"""Orb's requests as ours: an item is a product, and every price is an add-on."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, TypeVar

from pydantic import ConfigDict

from farebox.dialects.orb.prices import CYCLES
from farebox.handler import Request
from farebox.problems import FieldError, InvalidRequest
from farebox.validation import documents
from farebox.validation.catalogue import CreateProduct, UpdateProduct
from farebox.validation.check import MAXIMUM_ERRORS, MAXIMUM_PARAM, Input, Rules, check
from farebox.validation.fields import Id, Name
from farebox.validation.price_forms import ModelType
from farebox.validation.prices import CreatePrice, UpdatePrice

Shape = TypeVar("Shape", bound=Input)


class AddOnPrice(CreatePrice):
    """A price as Orb asks for one; built when the first is made."""

    model_config = ConfigDict(defer_build=True)

    name: Name
    product: Id
    model_type: ModelType
    cadence: Literal["one_time", "monthly", "quarterly", "semi_annual", "annual", "custom"]

    def check_fixed_quantity(self, rules: Rules) -> None:
        """Orb takes the quantity of a fixed cost beside a metric too; the metric counts."""


PRICE_FIELDS = frozenset(
    (
        *("name", "item_id", "cadence", "currency", "model_type", "metadata"),
        *("billable_metric_id", "billed_in_advance", "fixed_price_quantity"),
        *("billing_cycle_configuration", "invoicing_cycle_configuration"),
        *("conversion_rate", "conversion_rate_config", "dimensional_price_configuration"),
        *("external_price_id", "invoice_grouping_key", "license_type_id"),
        *(name for name in CreatePrice.model_fields if name.endswith("_config")),
    )
)
FIELDS: Mapping[type[Input], frozenset[str]] = {
    CreateProduct: frozenset(("name", "metadata")),
    UpdateProduct: frozenset(("name", "metadata", "external_connections")),
    CreatePrice: PRICE_FIELDS,
    UpdatePrice: frozenset(("metadata",)),
}
OURS = {"item_id": "product"}
_STRICTER: Mapping[type[Input], type[Any]] = {CreatePrice: AddOnPrice}


def read(shape: type[Shape], request: Request) -> Shape:
    """The body as a ``shape``, null standing for what is not given but in metadata.

    Raises ``InvalidRequest``.
    """
    sent, fields = documents.read(request.body), FIELDS[shape]
    errors = [
        FieldError(name[:MAXIMUM_PARAM], "unknown_field", "There is no such field here")
        for name in sent
        if name not in fields
    ]
    errors += _metadata_errors(sent.get("metadata"))
    document = {
        OURS.get(name, name): value
        for name, value in sent.items()
        if name in fields and (value is not None or name == "metadata")
    }
    if document.pop("external_connections", None):
        message = "Farebox syncs items with no external system"
        errors.append(FieldError("external_connections", "not_available", message))
    if shape is CreatePrice:
        _say_once(document)
        errors += _dimension_errors(document.get("dimensional_price_configuration"))
    try:
        asked: Shape = check(_STRICTER.get(shape, shape), document)
    except InvalidRequest as refused:
        raise InvalidRequest([*errors, *refused.errors][:MAXIMUM_ERRORS]) from None
    if errors:
        raise InvalidRequest(errors[:MAXIMUM_ERRORS])
    return asked


def _metadata_errors(metadata: Any) -> list[FieldError]:
    """Orb's values are texts; ours may be numbers and booleans as well."""
    if not isinstance(metadata, dict):
        return []
    return [
        FieldError(f"metadata.{key}"[:MAXIMUM_PARAM], "invalid_type", "Must be a text or null")
        for key, value in metadata.items()
        if isinstance(value, bool | int | Decimal)
    ]


def _dimension_errors(configuration: Any) -> list[FieldError]:
    names = ("dimensional_price_group_id", "external_dimensional_price_group_id")
    if not isinstance(configuration, dict) or any(configuration.get(name) for name in names):
        return []
    param = f"dimensional_price_configuration.{names[0]}"
    return [FieldError(param, "required", f"Give this or {names[1]}")]


def _say_once(document: dict[str, Any]) -> None:
    """Leave out what only repeats another field; what contradicts it stays, to be refused."""
    cycle = CYCLES.get(str(document.get("cadence")))
    if cycle is not None and document.get("billing_cycle_configuration") == cycle:
        del document["billing_cycle_configuration"]
    rate, config = document.get("conversion_rate"), document.get("conversion_rate_config")
    if type(rate) in (int, Decimal) and isinstance(config, dict):
        unit = config.get("unit_config")
        try:
            same = isinstance(unit, dict) and Decimal(str(unit.get("unit_amount"))) == rate
        except InvalidOperation:
            same = False
        if same:
            del document["conversion_rate"]
