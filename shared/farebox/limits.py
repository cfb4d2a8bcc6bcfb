"""Limits that a request is held to as it comes in, and a record again as it changes."""

MAXIMUM_METADATA_PAIRS = 50
MAXIMUM_REFERENCE = 254
