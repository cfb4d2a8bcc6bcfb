"""What may happen to prices, orders, checkouts and what stands behind them. Pure decisions."""
