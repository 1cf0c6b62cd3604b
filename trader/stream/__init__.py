"""What the venue tells at once: prices, orders and trades, brought to those who act on them.

One process is active at a time; others stand by. Without any, the heartbeat does all of it, later.
"""
