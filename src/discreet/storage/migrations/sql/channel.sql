CREATE SCHEMA channel;

-- Where a person of a messaging channel is reached (docs/spec/channels.md): a sealed column, as is everything personal here.
CREATE TABLE channel.address (
    conversation bytea PRIMARY KEY CHECK (octet_length(conversation) = 16),
    channel      text NOT NULL,
    sealed       bytea NOT NULL,
    at           timestamptz NOT NULL DEFAULT now()
);

-- What is owed to the provider, one call a row, in order of id within a conversation.
CREATE TABLE channel.outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation bytea NOT NULL REFERENCES channel.address ON DELETE CASCADE,
    channel      text NOT NULL,
    sealed       bytea NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL DEFAULT now(),
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_order ON channel.outbox (conversation, id);

-- Messages of providers that were taken, by keyed hash.
CREATE TABLE channel.receipt (
    id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX receipt_at ON channel.receipt (at);

-- Handles of buttons, by the short reference that a provider carries; the number is what a person of Twilio answers with.
CREATE TABLE channel.button (
    conversation bytea NOT NULL REFERENCES channel.address ON DELETE CASCADE,
    reference    bytea NOT NULL CHECK (octet_length(reference) = 16),
    number       integer NOT NULL,
    newest       boolean NOT NULL DEFAULT true,
    sealed       bytea NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (conversation, reference)
);
CREATE INDEX button_at ON channel.button (at);

GRANT USAGE ON SCHEMA channel TO {rasa}, {keeper};
GRANT SELECT, INSERT ON channel.address, channel.outbox, channel.receipt, channel.button TO {rasa};
GRANT UPDATE (channel, sealed, at) ON channel.address TO {rasa};
GRANT UPDATE (attempts, due_at), DELETE ON channel.outbox TO {rasa};
GRANT UPDATE (newest) ON channel.button TO {rasa};

GRANT SELECT (conversation, at), DELETE ON channel.address TO {keeper};
GRANT SELECT (id, conversation, created_at), DELETE ON channel.outbox TO {keeper};
GRANT SELECT (id, at), DELETE ON channel.receipt TO {keeper};
GRANT SELECT (conversation, at), DELETE ON channel.button TO {keeper};
