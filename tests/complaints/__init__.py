"""Complaints about other execution systems, each with the test that it cannot be made of this one.

A test is named after the project and the number of its issue; `docs/complaints.md` has them all,
with those that tests of single modules answer already. Not answered, because they do not apply:

- Synthetic fills and orders (parts of nautilus #3878, #3046): a trade is booked when the venue
  tells it, and no order or trade is ever made up to close a gap.
- Modified orders that lose their tracking (nautilus #3827, #3972) and the `a` flag: nothing is
  modified; an order is cancelled, and another placed. That an order may come back under another
  number of the venue's is tested in tests/orders/test_following.py.
- HIP-3 markets (freqtrade #12558, ccxt #27407, #27596, python-sdk #251): a symbol beyond the core
  universe is refused at the intake.
- Vaults and sub-accounts (freqtrade #11500, ccxt #25433): refused by the account check.
- Leverage and margin mode (hummingbot #6954, the leverage calls of freqtrade #10960): they are the
  account's, and no order changes them.
- Live against backtest or dry run (freqtrade #2792, #3968): there is one way of executing, and the
  local exchange is the dry run.
- Candle history (freqtrade #11090): no condition asks for one.
- Statistics since start or since peak of the kill switch (the other half of hummingbot #2969): the
  switch is a setting, and no profit is measured for it.
- Insights that were hard-coded and fallback venues without adapters (the first Trader): there is
  neither an insight that is applied nor a fallback venue.
"""
