"""How a run is judged: the exchange's ledger held against the journal."""
