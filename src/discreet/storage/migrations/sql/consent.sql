CREATE SCHEMA consent;

-- The ledger: what was asked and answered, never changed.
CREATE TABLE consent.event (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject        bytea NOT NULL CHECK (octet_length(subject) = 16),
    purpose        text NOT NULL,
    status         text NOT NULL CHECK (status IN ('requested', 'given', 'refused', 'withdrawn', 'expired')),
    policy_version text NOT NULL,
    notice_hash    bytea NOT NULL CHECK (octet_length(notice_hash) = 32),
    language       text NOT NULL,
    method         text NOT NULL,
    turn_id        bytea,
    at             timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz
);
CREATE INDEX event_subject ON consent.event (subject, purpose, id);

CREATE FUNCTION consent.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'consent events are never changed';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent.event
    FOR EACH STATEMENT EXECUTE FUNCTION consent.refuse_change();

-- The newest answer a person and purpose: what reveal and withdrawal lock.
CREATE TABLE consent.state (
    subject    bytea NOT NULL,
    purpose    text NOT NULL,
    status     text NOT NULL,
    event      bigint NOT NULL REFERENCES consent.event,
    expires_at timestamptz,
    PRIMARY KEY (subject, purpose)
);

-- What waits for a person's answer (docs/spec/gate.md): single use, expiring.
CREATE TABLE consent.operation (
    id          text PRIMARY KEY,
    subject     bytea NOT NULL CHECK (octet_length(subject) = 16),
    purpose     text NOT NULL,
    notice_hash bytea NOT NULL CHECK (octet_length(notice_hash) = 32),
    resume      text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    answered_at timestamptz
);
CREATE INDEX operation_subject ON consent.operation (subject, created_at);
