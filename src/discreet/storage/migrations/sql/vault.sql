CREATE SCHEMA vault;

-- Sealed personal data (docs/spec/vault.md). Written before the turn runs, confirmed by the turn's commit.
CREATE TABLE vault.value (
    token      text PRIMARY KEY,
    category   text NOT NULL,
    subject    bytea NOT NULL CHECK (octet_length(subject) = 16),
    sealed     bytea NOT NULL,
    turn_id    bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX value_subject ON vault.value (subject, category);
CREATE INDEX value_created ON vault.value (created_at);

CREATE TABLE vault.confirmed_turn (
    turn_id bytea PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now()
);

-- Values that a person said no to; the keeper destroys them.
CREATE TABLE vault.discard (
    subject      bytea NOT NULL,
    category     text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now()
);
