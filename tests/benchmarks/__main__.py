"""``make bench``: what things cost, as ratios against a baseline that is measured in turn, so that
a slow or busy machine changes no verdict. Prints tables and never fails by time."""

from tests.benchmarks import charges, cold_imports, orders, quotes

for benchmark in (quotes, orders, cold_imports, charges):
    benchmark.run()
    print()
