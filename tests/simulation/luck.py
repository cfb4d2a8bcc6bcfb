"""Everything that is drawn, from a seed and a name: so each draws the same without the others."""

from collections import Counter
from random import Random


class Luck:
    """The luck of one seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._named: Counter[str] = Counter()

    def of(self, name: str) -> Random:
        """What ``name`` draws from; asked again, it draws otherwise."""
        return Random(f"{self._seed}/{self.numbered(name)}")

    def numbered(self, name: str) -> str:
        """The name with how often it was used."""
        self._named[name] += 1
        return f"{name} #{self._named[name]}"
