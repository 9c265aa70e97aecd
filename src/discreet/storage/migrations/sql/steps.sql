-- Personal: how far an action's call has come that has no result yet, sealed under its person's key: one row an effect,
-- written in the effect's own transaction (docs/spec/action-call.md).
CREATE TABLE action.step (
    turn_id    bytea NOT NULL,
    ordinal    integer NOT NULL,
    step       integer NOT NULL,
    subject    bytea NOT NULL,
    sealed     bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (turn_id, ordinal, step)
);
CREATE INDEX step_created ON action.step (created_at);
ALTER TABLE action.step ALTER COLUMN sealed SET STATISTICS 0;

GRANT SELECT, INSERT, DELETE ON action.step TO {actions};
GRANT SELECT (turn_id, subject, created_at), DELETE ON action.step TO {keeper};
