"""Configurations of the models that take a quantity for each cell of one or two properties."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from farebox.pricing.models.matrix import coordinates
from farebox.validation.check import Rules
from farebox.validation.fields import MAXIMUM_LONG_TEXT, FreeText, Rate
from farebox.validation.price_rows import (
    MAXIMUM_ROWS,
    AtMost,
    Config,
    LowerTier,
    Percentage,
    PositiveNumber,
    PositiveRate,
    Properties,
    Property,
    rise_from_zero,
    rise_from_zero_each,
    stand_once,
)


class PlainCell(Config):
    dimension_values: Properties
    unit_amount: Rate


class ScaledCell(PlainCell):
    scaling_factor: PositiveNumber | None = None


class Matrix(Config):
    dimensions: Properties
    default_unit_amount: Rate
    matrix_values: Annotated[list[ScaledCell], Field(max_length=MAXIMUM_ROWS)]
    scaling_factor: PositiveNumber | None = None

    def check(self, rules: Rules) -> None:
        check_cells(self.dimensions, self.matrix_values, rules)


class NamedValue(Config):
    dimension_value: Property
    display_name: Property
    unit_amount: Rate


class MatrixWithDisplayName(Config):
    dimension: Property
    unit_amounts: Annotated[list[NamedValue], AtMost]

    def check(self, rules: Rules) -> None:
        values = [row.dimension_value for row in self.unit_amounts]
        stand_once(values, rules, "unit_amounts", "dimension_value")


class TextScaledCell(PlainCell):
    scaling_factor: PositiveRate | None = None


class MatrixWithAllocation(Config):
    allocation: Rate
    dimensions: Properties
    default_unit_amount: Rate
    matrix_values: Annotated[list[TextScaledCell], Field(max_length=MAXIMUM_ROWS)]
    scaling_factor: PositiveRate | None = None

    def check(self, rules: Rules) -> None:
        check_cells(self.dimensions, self.matrix_values, rules)


class CellTier(LowerTier):
    dimension_values: Properties


class TieredMatrixWithAllocation(Config):
    allocation: Rate
    default_unit_amount: Rate
    dimensions: Properties
    tiers: Annotated[list[CellTier], AtMost]

    def check(self, rules: Rules) -> None:
        stand_once(self.dimensions, rules, "dimensions")
        _check_widths(self.dimensions, self.tiers, "tiers", rules)
        rise_from_zero_each(self.tiers, [tuple(row.dimension_values) for row in self.tiers], rules)


class PairRate(Config):
    first_dimension_value: Property
    second_dimension_value: Property | None = None
    unit_amount: Rate


class DiscountGroup(Config):
    cell_coordinates: Annotated[str, Field(min_length=1, max_length=MAXIMUM_LONG_TEXT), FreeText]
    threshold_amount: Rate
    below_threshold_discount_percentage: Percentage
    above_threshold_discount_percentage: Percentage
    description: Property | None = None


class MatrixWithThresholdDiscounts(Config):
    first_dimension: Property
    second_dimension: Property | None = None
    default_unit_amount: Rate
    matrix_values: Annotated[list[PairRate], Field(max_length=MAXIMUM_ROWS)]
    threshold_discount_groups: (
        Annotated[list[DiscountGroup], Field(max_length=MAXIMUM_ROWS)] | None
    ) = None

    def check(self, rules: Rules) -> None:
        _check_two(self.first_dimension, self.second_dimension, rules)
        _check_pairs(self.second_dimension, self.matrix_values, "matrix_values", rules)
        width = 1 if self.second_dimension is None else 2
        discounted: set[tuple[str, ...]] = set()
        for place, group in enumerate(self.threshold_discount_groups or ()):
            cells = coordinates(group.cell_coordinates)
            where = ("threshold_discount_groups", place, "cell_coordinates")
            if not cells or any(len(cell) != width or not all(cell) for cell in cells):
                message = f"Cells of {width} values each: a,b;c,d"
                rules.broken("invalid_coordinates", message, *where)
            if cells & discounted:
                rules.broken("duplicate_value", "A cell is in two discount groups", *where)
            discounted |= cells


class PairFactor(Config):
    first_dimension_value: Property
    second_dimension_value: Property | None = None
    scaling_factor: Rate


class ScalableMatrix(Config):
    first_dimension: Property
    second_dimension: Property | None = None
    matrix_scaling_factors: Annotated[list[PairFactor], Field(max_length=MAXIMUM_ROWS)]

    def check(self, rules: Rules) -> None:
        _check_two(self.first_dimension, self.second_dimension, rules)
        factors = self.matrix_scaling_factors
        _check_pairs(self.second_dimension, factors, "matrix_scaling_factors", rules)


class ScalableMatrixWithUnitPricing(ScalableMatrix):
    unit_price: Rate
    grouping_key: Property | None = None
    prorate: bool | None = None


class ScalableMatrixWithTieredPricing(ScalableMatrix):
    tiers: Annotated[list[LowerTier], AtMost]

    def check(self, rules: Rules) -> None:
        super().check(rules)
        rise_from_zero(self.tiers, rules)


def check_cells(dimensions: Sequence[str], rows: Sequence[Any], rules: Rules) -> None:
    """Every cell has a value for each dimension, and one row."""
    stand_once(dimensions, rules, "dimensions")
    _check_widths(dimensions, rows, "matrix_values", rules)
    cells = (tuple(row.dimension_values) for row in rows)
    stand_once(cells, rules, "matrix_values", "dimension_values")


def _check_widths(dimensions: Sequence[str], rows: Iterable[Any], field: str, rules: Rules) -> None:
    for place, row in enumerate(rows):
        if len(row.dimension_values) != len(dimensions):
            message = f"Needs a value for each of the {len(dimensions)} dimensions"
            rules.broken("invalid_dimension_values", message, field, place, "dimension_values")


def _check_two(first: str, second: str | None, rules: Rules) -> None:
    if first == second:
        rules.broken("duplicate_value", "Must differ from first_dimension", "second_dimension")


def _check_pairs(second: str | None, rows: Sequence[Any], field: str, rules: Rules) -> None:
    for place, row in enumerate(rows):
        if (row.second_dimension_value is None) != (second is None):
            message = "Given exactly when there is a second_dimension"
            where = (field, place, "second_dimension_value")
            rules.broken("invalid_dimension_values", message, *where)
    pairs = ((row.first_dimension_value, row.second_dimension_value) for row in rows)
    stand_once(pairs, rules, field, "first_dimension_value")


CONFIGS: Mapping[str, type[Config]] = {
    "matrix": Matrix,
    "matrix_with_display_name": MatrixWithDisplayName,
    "matrix_with_allocation": MatrixWithAllocation,
    "tiered_matrix_with_allocation": TieredMatrixWithAllocation,
    "matrix_with_threshold_discounts": MatrixWithThresholdDiscounts,
    "scalable_matrix_with_unit_pricing": ScalableMatrixWithUnitPricing,
    "scalable_matrix_with_tiered_pricing": ScalableMatrixWithTieredPricing,
}
