"""The configuration of each of Orb's 36 models, in Orb's own words: amounts are decimal texts in
major units. What would make a price ambiguous or meaningless is refused, its field named.
"""

from collections.abc import Mapping

from farebox.validation.price_configs import composed, grouped, matrix, scalar
from farebox.validation.price_rows import Config

CONFIGS: Mapping[str, type[Config]] = {
    **scalar.CONFIGS,
    **grouped.CONFIGS,
    **matrix.CONFIGS,
    **composed.CONFIGS,
}
