"""The straight lines that the api function walks; the hot creates have functions of their own."""
