"""docs/api.md, written from the code: ``python -m tests.reference > docs/api.md``.

Run without pytest, so the packages are found here.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "shared", ROOT / "functions")

sys.path[:0] = [str(directory) for directory in SOURCES if str(directory) not in sys.path]
