-- Strands of finished lifecycles, moved out of the table that everybody works on. They are read
-- with the others wherever a lifecycle is read as a whole.
CREATE TABLE ad_strands_archive (
    id TEXT NOT NULL PRIMARY KEY,
    lifecycle_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    module TEXT,
    kind TEXT,
    symbol TEXT,
    timeframe TEXT,
    session_bucket TEXT,
    regime TEXT,
    content TEXT,
    tags TEXT,
    created_at TEXT,
    agent_id TEXT,
    team_member TEXT,
    module_intelligence TEXT,
    sig_confidence REAL,
    sig_sigma REAL,
    outcome_score REAL,
    accumulated_score REAL,
    source_strands TEXT,
    clustering_columns TEXT,
    lesson TEXT,
    braid_level INTEGER,
    parent_id TEXT,
    phi REAL,
    rho REAL,
    resonance_score REAL,
    telemetry TEXT,
    position_id TEXT,
    trade_id TEXT,
    created_at_utc TEXT NOT NULL,
    UNIQUE (lifecycle_id, seq)
) STRICT;

CREATE INDEX ad_strands_archive_by_trade ON ad_strands_archive (trade_id)
WHERE trade_id IS NOT NULL;

CREATE TRIGGER ad_strands_archive_no_update BEFORE UPDATE ON ad_strands_archive
BEGIN
    SELECT RAISE(ABORT, 'a strand of the Trader is never changed: append another');
END;

CREATE TRIGGER ad_strands_archive_no_delete BEFORE DELETE ON ad_strands_archive
BEGIN
    SELECT RAISE(ABORT, 'a strand of the Trader is never deleted');
END;

-- Only what stands in the journal enters; so nothing is replaced either.
CREATE TRIGGER ad_strands_archive_only_own BEFORE INSERT ON ad_strands_archive
WHEN NOT EXISTS (
        SELECT 1 FROM ad_strands
        WHERE id = NEW.id AND lifecycle_id = NEW.lifecycle_id AND seq = NEW.seq
    )
    OR EXISTS (SELECT 1 FROM ad_strands_archive WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'only a strand of the Trader is archived, and once');
END;

-- A strand leaves the table for the archive only.
DROP TRIGGER ad_strands_no_delete;
CREATE TRIGGER ad_strands_no_delete BEFORE DELETE ON ad_strands
WHEN OLD.seq IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM ad_strands_archive
        WHERE id = OLD.id AND lifecycle_id = OLD.lifecycle_id AND seq = OLD.seq
    )
BEGIN
    SELECT RAISE(ABORT, 'a strand of the Trader is never deleted');
END;

-- Its id and its seq stay taken.
CREATE TRIGGER ad_strands_no_archived BEFORE INSERT ON ad_strands
WHEN EXISTS (SELECT 1 FROM ad_strands_archive WHERE id = NEW.id)
    OR EXISTS (
        SELECT 1 FROM ad_strands_archive WHERE lifecycle_id = NEW.lifecycle_id AND seq = NEW.seq
    )
BEGIN
    SELECT RAISE(ABORT, 'a strand of the Trader with this id or seq is in the archive');
END;
