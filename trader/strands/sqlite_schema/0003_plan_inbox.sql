-- Plans of other teams that no lifecycle has answered, in order of arrival. An entry is state,
-- not a position in a sequence: a plan that commits late is not passed over.
CREATE TABLE plan_inbox (
    arrival INTEGER PRIMARY KEY,
    strand_id TEXT NOT NULL UNIQUE
) STRICT;

CREATE TRIGGER ad_strands_to_inbox AFTER INSERT ON ad_strands
WHEN NEW.seq IS NULL
    AND EXISTS (
        SELECT 1 FROM json_each(CASE WHEN json_valid(NEW.tags) THEN NEW.tags END)
        WHERE type = 'text' AND typeof(key) <> 'text'
            AND value IN ('trader:execute', 'dm:plan_approved')
    )
    -- A writer may publish the same plan again with INSERT OR REPLACE.
    AND NOT EXISTS (SELECT 1 FROM plan_inbox WHERE strand_id = NEW.id)
    AND NOT EXISTS (SELECT 1 FROM lifecycles WHERE source_id = NEW.id)
BEGIN
    INSERT INTO plan_inbox (strand_id) VALUES (NEW.id);
END;
