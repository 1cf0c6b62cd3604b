"""The processes of a running Trader: what they are, and who starts, restarts and stops them."""
