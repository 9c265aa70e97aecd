CREATE SCHEMA defence;

-- Limits on how fast requests come (docs/spec/limits.md). Ids are keyed hashes. UNLOGGED: a crash may empty it.
CREATE UNLOGGED TABLE defence.bucket (
    id       bytea PRIMARY KEY CHECK (octet_length(id) = 16),
    empty_at timestamptz NOT NULL
) WITH (fillfactor = 60);

GRANT USAGE ON SCHEMA defence TO {rasa}, {keeper};
GRANT SELECT, INSERT, UPDATE ON defence.bucket TO {rasa};
GRANT SELECT, DELETE ON defence.bucket TO {keeper};
