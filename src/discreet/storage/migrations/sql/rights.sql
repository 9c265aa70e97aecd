-- Requests of persons about their own data (docs/spec/rights.md).
CREATE SCHEMA rights;

CREATE TABLE rights.request (
    id          text PRIMARY KEY CHECK (id ~ '^rq_[a-z2-7]{26}$'),
    subject     bytea CHECK (octet_length(subject) = 16),
    kind        text NOT NULL CHECK (kind IN
                ('access', 'copy', 'erasure', 'rectification', 'restriction', 'lifting', 'objection')),
    purpose     text,
    category    text,
    token       text,
    state       text NOT NULL CHECK (state IN
                ('asked', 'filed', 'done', 'partly', 'refused', 'cancelled', 'expired')),
    via         text NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    filed_at    timestamptz,
    due_at      timestamptz,
    extended_at timestamptz,
    done_at     timestamptz,
    outcome     jsonb NOT NULL DEFAULT '{}',
    certificate text
);
CREATE INDEX request_subject ON rights.request (subject, asked_at);
CREATE INDEX request_open ON rights.request (kind, filed_at) WHERE state = 'filed';

-- What became of each request: never a person, never a value.
CREATE TABLE rights.event (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request text NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    actor   text NOT NULL,
    event   text NOT NULL,
    reason  text
);
CREATE INDEX event_request ON rights.event (request, id);

-- A copy that waits to be fetched, sealed under the person's key. One a person.
CREATE TABLE rights.copy (
    id         bytea PRIMARY KEY CHECK (octet_length(id) = 16),
    subject    bytea NOT NULL UNIQUE CHECK (octet_length(subject) = 16),
    request    text NOT NULL,
    sealed     bytea NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE rights.restriction (
    subject bytea PRIMARY KEY CHECK (octet_length(subject) = 16),
    request text NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    until   timestamptz NOT NULL
);

CREATE TABLE rights.objection (
    subject bytea NOT NULL CHECK (octet_length(subject) = 16),
    purpose text NOT NULL,
    request text NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject, purpose)
);

-- The newest line of the erasure ledger, which lies outside the database.
CREATE TABLE rights.ledger (
    one  bool PRIMARY KEY DEFAULT true CHECK (one),
    seq  bigint NOT NULL,
    hash text NOT NULL
);
INSERT INTO rights.ledger (seq, hash) VALUES (0, repeat('0', 64));

-- So that erasing a conversation ends its browser sessions.
ALTER TABLE conversation.web_session ADD COLUMN conversation bytea CHECK (octet_length(conversation) = 16);
CREATE INDEX web_session_conversation ON conversation.web_session (conversation);

-- Evidence stays under another id. Every other change of it is still refused.
CREATE FUNCTION rights.only_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['subject', 'turn_id', 'salt'] IS DISTINCT FROM
       to_jsonb(OLD) - ARRAY['subject', 'turn_id', 'salt'] THEN
        RAISE EXCEPTION 'evidence is never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER event_only_the_person BEFORE UPDATE ON consent.event
    FOR EACH ROW EXECUTE FUNCTION rights.only_the_person();
CREATE TRIGGER event_only_the_person BEFORE UPDATE ON audit.event
    FOR EACH ROW EXECUTE FUNCTION rights.only_the_person();
CREATE OR REPLACE FUNCTION consent.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('discreet.pseudonymise', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'consent events are never changed';
END $$;
CREATE OR REPLACE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('discreet.pseudonymise', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'audit events are never changed';
END $$;
CREATE INDEX event_person ON audit.event (subject) WHERE subject IS NOT NULL;

CREATE FUNCTION rights.pseudonymise(whose bytea, other bytea) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    events bigint;
    entries bigint;
BEGIN
    PERFORM set_config('discreet.pseudonymise', 'on', true);
    -- The chain first: whoever appends holds it.
    UPDATE consent.chain c SET subject = other WHERE c.subject = whose;
    UPDATE consent.event e SET subject = other, turn_id = NULL, salt = NULL WHERE e.subject = whose;
    GET DIAGNOSTICS events = ROW_COUNT;
    UPDATE audit.event a SET subject = other, turn_id = NULL WHERE a.subject = whose;
    GET DIAGNOSTICS entries = ROW_COUNT;
    PERFORM set_config('discreet.pseudonymise', 'off', true);
    RETURN events + entries;
END $$;
REVOKE ALL ON FUNCTION rights.pseudonymise FROM PUBLIC;

-- A planner's histogram would keep copies of them after their rows are gone; nothing is ever looked up by them.
ALTER TABLE conversation.head ALTER COLUMN hash SET STATISTICS 0;
ALTER TABLE conversation.head ALTER COLUMN base_hash SET STATISTICS 0;
ALTER TABLE conversation.head ALTER COLUMN mac SET STATISTICS 0;
ALTER TABLE conversation.turn ALTER COLUMN record SET STATISTICS 0;
ALTER TABLE key.session_key ALTER COLUMN wrapped SET STATISTICS 0;
ALTER TABLE key.owner_key ALTER COLUMN wrapped SET STATISTICS 0;
ALTER TABLE key.value_key ALTER COLUMN wrapped SET STATISTICS 0;
ALTER TABLE vault.value ALTER COLUMN sealed SET STATISTICS 0;
ALTER TABLE action.result ALTER COLUMN result SET STATISTICS 0;
ALTER TABLE channel.address ALTER COLUMN sealed SET STATISTICS 0;
ALTER TABLE channel.outbox ALTER COLUMN sealed SET STATISTICS 0;
ALTER TABLE channel.button ALTER COLUMN sealed SET STATISTICS 0;
ALTER TABLE rights.copy ALTER COLUMN sealed SET STATISTICS 0;
ALTER TABLE consent.state ALTER COLUMN mac SET STATISTICS 0;
ALTER TABLE consent.chain ALTER COLUMN mac SET STATISTICS 0;
ALTER TABLE consent.event ALTER COLUMN salt SET STATISTICS 0;
ALTER TABLE vault.attachment ALTER COLUMN content SET STATISTICS 0;
ALTER TABLE identity.authenticator ALTER COLUMN secret SET STATISTICS 0;
ALTER TABLE identity.change ALTER COLUMN value SET STATISTICS 0;

GRANT USAGE ON SCHEMA rights TO {rasa}, {actions}, {keeper}, {staff};
GRANT SELECT, DELETE ON rights.copy TO {rasa};
GRANT SELECT (id, state, certificate) ON rights.request TO {rasa};
GRANT INSERT ON rights.event TO {rasa};

GRANT SELECT, INSERT ON rights.request TO {actions};
GRANT UPDATE (state, expires_at, filed_at, due_at, done_at, outcome) ON rights.request TO {actions};
GRANT INSERT ON rights.event TO {actions};
GRANT SELECT, INSERT, DELETE ON rights.copy, rights.restriction, rights.objection TO {actions};

GRANT SELECT, UPDATE ON rights.request TO {keeper};
GRANT INSERT ON rights.request, rights.event TO {keeper};
GRANT SELECT, DELETE ON rights.copy, rights.restriction, rights.objection TO {keeper};
GRANT SELECT, UPDATE (seq, hash) ON rights.ledger TO {keeper};
GRANT EXECUTE ON FUNCTION rights.pseudonymise TO {keeper};
GRANT SELECT, DELETE ON consent.state TO {keeper};
GRANT SELECT (subject) ON consent.event, audit.event TO {keeper};

GRANT SELECT (id, kind, purpose, category, state, via, asked_at, expires_at, filed_at, due_at, extended_at, done_at,
              outcome, certificate) ON rights.request TO {staff};
GRANT SELECT ON rights.event, rights.ledger TO {staff};
