"""The venues by name, as strands and the projection write them."""

HYPERLIQUID = "hyperliquid"
