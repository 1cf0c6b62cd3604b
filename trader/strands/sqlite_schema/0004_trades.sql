-- Reconciliation asks which of the venue's trades the journal has booked.
CREATE INDEX ad_strands_by_trade ON ad_strands (trade_id) WHERE trade_id IS NOT NULL;
