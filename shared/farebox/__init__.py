"""Prices, checkouts, orders and off-session charges in one AWS account."""

VERSION = "0.1.0"
