-- What the strands of each lifecycle add up to, for sweeps and lists: made anew by a rebuild.
CREATE TABLE lifecycles (
    lifecycle_id TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL,
    stage TEXT NOT NULL,
    due_at TEXT,
    symbol TEXT,
    venue TEXT,
    direction TEXT,
    plan_id TEXT,
    source_id TEXT UNIQUE,
    outcome TEXT,
    has_exposure INTEGER NOT NULL CHECK (has_exposure IN (0, 1)),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX lifecycles_by_plan ON lifecycles (plan_id) WHERE outcome IS NOT 'refused';
CREATE INDEX lifecycles_by_stage ON lifecycles (stage, lifecycle_id);
CREATE INDEX lifecycles_by_due ON lifecycles (stage, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX lifecycles_by_symbol ON lifecycles (symbol, has_exposure, lifecycle_id);
CREATE INDEX lifecycles_by_exposure ON lifecycles (has_exposure, lifecycle_id);
