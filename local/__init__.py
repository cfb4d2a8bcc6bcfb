"""The whole stack on one machine: `python -m local`. Never deployed."""
