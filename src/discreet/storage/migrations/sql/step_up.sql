-- How a customer shows who they are (docs/spec/step-up.md). Rasa's role reads nothing here.

-- Personal: a keyed hash (blind index) of a customer's e-mail address, and the customer.
CREATE TABLE identity.mailbox (
    customer      bytea PRIMARY KEY CHECK (octet_length(customer) = 16),
    address_index bytea NOT NULL UNIQUE CHECK (octet_length(address_index) = 32)
);

-- Personal: what a customer proves it with; `secret` is sealed under the customer's key (a TOTP secret, a passkey's public
-- key), or an argon2id hash (a recovery code). `finder`: a passkey's credential id hashed, a recovery code's first characters.
CREATE TABLE identity.authenticator (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer   bytea NOT NULL CHECK (octet_length(customer) = 16),
    kind       text NOT NULL CHECK (kind IN ('totp', 'passkey', 'recovery')),
    finder     bytea,
    secret     bytea NOT NULL,
    counter    bigint NOT NULL DEFAULT -1,
    active     boolean NOT NULL DEFAULT false,
    locked     boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX authenticator_customer ON identity.authenticator (customer, kind);
CREATE UNIQUE INDEX authenticator_one_totp ON identity.authenticator (customer) WHERE kind = 'totp' AND active;
CREATE UNIQUE INDEX authenticator_passkey ON identity.authenticator (finder) WHERE kind = 'passkey';

-- Personal: the one question that a conversation (subject) waits to be answered, and whose account it is about.
CREATE TABLE identity.challenge (
    subject     bytea PRIMARY KEY CHECK (octet_length(subject) = 16),
    customer    bytea CHECK (octet_length(customer) = 16),
    decoy       boolean NOT NULL DEFAULT false,
    operation   bytea NOT NULL CHECK (octet_length(operation) = 32),
    action      text NOT NULL,
    asks        smallint NOT NULL CHECK (asks IN (1, 2)),
    level       smallint NOT NULL DEFAULT 0,
    methods     text[] NOT NULL DEFAULT '{}',
    new_address boolean NOT NULL DEFAULT false,
    code_mac    bytea CHECK (octet_length(code_mac) = 32),
    code_until  timestamptz,
    passkey     bytea CHECK (octet_length(passkey) = 32),
    passkey_until timestamptz,
    expires_at  timestamptz NOT NULL,
    passed_at   timestamptz,
    used_by     bytea CHECK (octet_length(used_by) = 32)
);
CREATE INDEX challenge_customer ON identity.challenge (customer);

-- Personal: wrong guesses and mails sent, a conversation or a customer (or a keyed hash of what was named, where there is none).
CREATE TABLE identity.attempts (
    scope        text NOT NULL CHECK (scope IN ('conversation', 'customer')),
    id           bytea NOT NULL CHECK (octet_length(id) = 16),
    failures     integer NOT NULL DEFAULT 0,
    mails        integer NOT NULL DEFAULT 0,
    strikes      integer NOT NULL DEFAULT 0,
    since        timestamptz NOT NULL DEFAULT now(),
    locked_until timestamptz,
    PRIMARY KEY (scope, id)
);

-- Personal: a change of a customer's account that waits; `value` is sealed under the customer's key.
CREATE TABLE identity.change (
    customer  bytea NOT NULL CHECK (octet_length(customer) = 16),
    kind      text NOT NULL CHECK (kind IN ('email', 'unlock')),
    value     bytea,
    due_at    timestamptz NOT NULL,
    proved    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (customer, kind)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON
    identity.mailbox, identity.authenticator, identity.challenge, identity.attempts, identity.change TO {actions};
GRANT SELECT (customer), DELETE ON identity.mailbox, identity.authenticator, identity.change TO {keeper};
GRANT SELECT (subject, customer, expires_at), DELETE ON identity.challenge TO {keeper};
GRANT SELECT (scope, id, since, locked_until), DELETE ON identity.attempts TO {keeper};
