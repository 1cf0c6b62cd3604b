-- The order in which strands were committed, for readers that must miss none: created_at is a
-- writer's clock, and a row that commits later may bear an earlier time. One transaction writes at
-- a time, and AUTOINCREMENT uses no number again, so that a position once read is never filled.
CREATE TABLE strand_arrivals (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    strand_id TEXT NOT NULL UNIQUE
) STRICT;

INSERT INTO strand_arrivals (strand_id)
SELECT id FROM (
    SELECT id, created_at_utc FROM ad_strands
    UNION ALL SELECT id, created_at_utc FROM ad_strands_archive
)
ORDER BY created_at_utc, id;

-- A strand that its writer deleted and publishes again arrives again.
CREATE TRIGGER ad_strands_arrive AFTER INSERT ON ad_strands
BEGIN
    DELETE FROM strand_arrivals WHERE strand_id = NEW.id;
    INSERT INTO strand_arrivals (strand_id) VALUES (NEW.id);
END;
