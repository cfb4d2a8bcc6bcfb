"""The functions as they are deployed, on a virtual world whose every fault and race is chosen.

Run without pytest too (``make simulate``), so the packages are found here.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "shared", ROOT / "functions")

sys.path[:0] = [str(directory) for directory in SOURCES if str(directory) not in sys.path]
