"""What may come in: documents, field types with their limits, requests. Pure."""
