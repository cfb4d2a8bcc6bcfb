"""The hosted checkout page: what it shows, its one template, its texts, its security headers."""
