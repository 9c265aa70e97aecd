CREATE SCHEMA conversation;

-- Where each conversation stands. Identifiers are keyed hashes; the MAC covers every column but touched_at.
CREATE TABLE conversation.head (
    conversation bytea PRIMARY KEY CHECK (octet_length(conversation) = 16),
    seq          bigint NOT NULL,
    hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
    session_seq  bigint NOT NULL,
    session_key  bigint NOT NULL,
    base_seq     bigint NOT NULL,
    base_hash    bytea NOT NULL CHECK (octet_length(base_hash) = 32),
    mac          bytea NOT NULL CHECK (octet_length(mac) = 32),
    touched_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX head_touched ON conversation.head (touched_at);

-- One encrypted record a turn (docs/spec/envelope.md).
CREATE TABLE conversation.turn (
    conversation bytea NOT NULL,
    seq          bigint NOT NULL,
    session_key  bigint NOT NULL,
    turn_id      bytea,
    record       bytea NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (conversation, seq)
);
CREATE UNIQUE INDEX turn_once ON conversation.turn (turn_id) WHERE turn_id IS NOT NULL;

-- Grows each time a conversation's lock is taken; the action server refuses an older holder.
CREATE SEQUENCE conversation.fence;

-- Browser sessions of the web channel, by keyed hash of the cookie (docs/spec/web-channel.md).
CREATE TABLE conversation.web_session (
    session    bytea PRIMARY KEY CHECK (octet_length(session) = 16),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);
