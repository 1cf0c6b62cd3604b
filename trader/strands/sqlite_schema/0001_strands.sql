-- The table that all teams share. Its columns are theirs; `seq` and `created_at_utc` are ours.
-- Rows with a seq are the Trader's journal; rows without one are other teams', and are only read.
CREATE TABLE ad_strands (
    id TEXT NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))),
    lifecycle_id TEXT,
    seq INTEGER,
    module TEXT,
    kind TEXT,
    symbol TEXT,
    timeframe TEXT,
    session_bucket TEXT,
    regime TEXT,
    content TEXT,
    tags TEXT,
    created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')),
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
    -- created_at in one format that sorts, whatever format its writer chose: our own to the
    -- letter, others to the millisecond, unreadable or absent ones as the year 1. Adding no days
    -- turns dates such as the 30th of February into real ones.
    created_at_utc TEXT NOT NULL GENERATED ALWAYS AS (
        max('0001-01-01T00:00:00.000000+00:00', coalesce(
            CASE
                WHEN created_at NOT GLOB '[0-9][0-9][0-9][0-9]-*' THEN NULL
                WHEN created_at
                    GLOB '????-??-??T??:??:??.[0-9][0-9][0-9][0-9][0-9][0-9]+00:00'
                    AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days')
                        = substr(created_at, 1, 19)
                    THEN created_at
                ELSE coalesce(
                    strftime('%Y-%m-%dT%H:%M:%f000+00:00', created_at, '+0 days'),
                    -- PostgreSQL writes the zone as +00
                    strftime('%Y-%m-%dT%H:%M:%f000+00:00', created_at || ':00', '+0 days')
                )
            END,
            ''
        ))
    ) STORED,
    UNIQUE (lifecycle_id, seq),
    CHECK (instr(id, char(0)) = 0),
    CHECK (seq IS NULL OR (seq >= 0 AND lifecycle_id IS NOT NULL))
) STRICT;

CREATE INDEX ad_strands_by_time ON ad_strands (created_at_utc, id);
CREATE INDEX ad_strands_by_kind ON ad_strands (kind, created_at_utc, id);

CREATE TRIGGER ad_strands_no_update BEFORE UPDATE ON ad_strands
WHEN OLD.seq IS NOT NULL
    OR NEW.seq IS NOT NULL
    OR EXISTS (SELECT 1 FROM ad_strands WHERE id = NEW.id AND seq IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'a strand of the Trader is never changed: append another');
END;

CREATE TRIGGER ad_strands_no_delete BEFORE DELETE ON ad_strands
WHEN OLD.seq IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a strand of the Trader is never deleted');
END;

-- INSERT OR REPLACE deletes without firing the trigger above; so does UPDATE OR REPLACE.
CREATE TRIGGER ad_strands_no_replace BEFORE INSERT ON ad_strands
WHEN EXISTS (SELECT 1 FROM ad_strands WHERE id = NEW.id AND seq IS NOT NULL)
    OR EXISTS (SELECT 1 FROM ad_strands WHERE lifecycle_id = NEW.lifecycle_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'a strand of the Trader with this id or seq is there already');
END;
