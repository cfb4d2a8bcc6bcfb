"""A body in Polar's fields: each is taken once, and what is left over is refused by its name."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from farebox.problems import FieldError

MAXIMUM_PARAM = 200


class Body:
    """An object's fields, and the rules that they break, in Polar's own names."""

    def __init__(self, fields: Mapping[str, Any], prefix: str = "") -> None:
        self.errors: list[FieldError] = []
        self._left = dict(fields)
        self._prefix = prefix

    def broken(self, name: str, code: str, message: str) -> None:
        """Note that a field breaks a rule."""
        self.errors.append(FieldError((self._prefix + name)[:MAXIMUM_PARAM], code, message))

    def take(self, name: str, default: Any = None) -> Any:
        """A field's value; null where it was not sent."""
        return self._left.pop(name, default)

    def require(self, name: str) -> Any:
        """A field that must be sent, and not null."""
        value = self._left.pop(name, None)
        if value is None:
            self.broken(name, "missing", "Field required")
        return value

    def named(self, names: Mapping[str, str], *, nullable: Iterable[str] = ()) -> dict[str, Any]:
        """The fields that were sent, by our names; null means not sent but where it clears."""
        found = {ours: self._left.pop(name) for name, ours in names.items() if name in self._left}
        return {
            ours: value for ours, value in found.items() if value is not None or ours in nullable
        }

    def metadata(self) -> dict[str, Any]:
        """Metadata where it was sent; unlike ours, Polar's takes no null and no empty text."""
        if "metadata" not in self._left:
            return {}
        value = self._left.pop("metadata")
        if not isinstance(value, Mapping):
            self.broken("metadata", "dict_type", "Input should be a valid dictionary")
            return {}
        for key, item in value.items():
            if item is None or item == "":
                message = "Values are text of 1 to 500 characters, numbers or booleans"
                self.broken(f"metadata.{key}", "invalid_metadata_value", message)
        return {"metadata": value}

    def custom_fields(self) -> Any:
        """Custom field data; Polar's SDK cannot read an order back that has a fraction in them."""
        value = self._left.pop("custom_field_data", {})
        for key, item in value.items() if isinstance(value, Mapping) else ():
            if isinstance(item, Decimal):
                message = "Values are text, whole numbers, booleans or null"
                self.broken(f"custom_field_data.{key}", "int_type", message)
        return value

    def address(self) -> dict[str, Any]:
        """A billing address where it was sent; Polar's has a country."""
        if "billing_address" not in self._left:
            return {}
        value = self._left.pop("billing_address")
        if isinstance(value, Mapping):
            if value.get("country") is None:
                self.broken("billing_address.country", "missing", "Field required")
            if "region" in value:
                self.broken("billing_address.region", "extra_forbidden", "There is no such field")
        return {"billing_address": value}

    def only(self, name: str, *allowed: Any, because: str) -> None:
        """Refuse a field that we cannot express, but for null and what asks for nothing."""
        value = self._left.pop(name, None)
        if value is not None and not any(value is each or value == each for each in allowed):
            self.broken(name, "not_supported", because)

    def close(self) -> None:
        """Refuse what nobody took."""
        for name in self._left:
            self.broken(name, "extra_forbidden", "There is no such field here")
