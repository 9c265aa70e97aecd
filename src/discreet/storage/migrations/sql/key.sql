CREATE SCHEMA key;

-- One data key a session of a conversation, wrapped by a key-encryption key.
CREATE TABLE key.session_key (
    id           bigint PRIMARY KEY,
    conversation bytea NOT NULL,
    kek          text NOT NULL,
    wrapped      bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_key_conversation ON key.session_key (conversation);

-- One key a person (until identified: a conversation). Destroying it makes every sealed value of theirs unreadable.
CREATE TABLE key.owner_key (
    id         bigint PRIMARY KEY,
    subject    bytea NOT NULL UNIQUE CHECK (octet_length(subject) = 16),
    kek        text NOT NULL,
    wrapped    bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One key a vault value, wrapped by its owner's key: a single value can be destroyed by its key.
CREATE TABLE key.value_key (
    token     text PRIMARY KEY,
    owner_key bigint NOT NULL REFERENCES key.owner_key ON DELETE CASCADE,
    wrapped   bytea NOT NULL
);
CREATE INDEX value_key_owner ON key.value_key (owner_key);
