"""Plans under way while processes are killed and the venue fails, judged by the exchange's ledger.

`python -m chaos --help`; see docs/chaos.md.
"""
