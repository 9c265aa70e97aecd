CREATE SCHEMA action;

-- The result of each action call, sealed under its person's key: a repeated turn replays it instead of acting twice.
CREATE TABLE action.result (
    turn_id    bytea NOT NULL,
    ordinal    integer NOT NULL,
    subject    bytea NOT NULL,
    result     bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (turn_id, ordinal)
);
CREATE INDEX result_created ON action.result (created_at);

-- The newest holder of each conversation that has called an action.
CREATE TABLE action.fence (
    subject bytea PRIMARY KEY,
    fence   bigint NOT NULL,
    turn_id bytea NOT NULL
);
