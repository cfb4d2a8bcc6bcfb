"""What something costs: exact, once rounded, and able to explain itself. Pure."""
