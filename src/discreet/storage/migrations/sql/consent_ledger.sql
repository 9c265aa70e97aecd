-- The ledger as a chain a person (docs/spec/consent.md). Events from before it have no seq; a yes from before it is
-- asked for again, because nobody can say which text it answered.
ALTER TABLE consent.event
    DROP CONSTRAINT event_status_check,
    ADD CONSTRAINT event_status_check
        CHECK (status IN ('requested', 'given', 'refused', 'withdrawn', 'expired', 'told')),
    ADD COLUMN salt      bytea CHECK (octet_length(salt) = 16),
    ADD COLUMN person    bytea CHECK (octet_length(person) = 32),
    ADD COLUMN seq       bigint CHECK (seq > 0),
    ADD COLUMN previous  bytea CHECK (octet_length(previous) = 32),
    ADD COLUMN hash      bytea CHECK (octet_length(hash) = 32),
    ADD COLUMN operation text,
    ADD COLUMN actor     text,
    ADD CONSTRAINT event_chain UNIQUE (subject, seq);

-- The state carries a MAC of its own: a row that somebody else wrote gives no basis.
ALTER TABLE consent.state
    ADD COLUMN notice_hash bytea,
    ADD COLUMN at          timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN mac         bytea;
CREATE INDEX state_expires ON consent.state (expires_at) WHERE status = 'given';

-- The chain's end, authenticated: what is cut off is missed, what is appended without the key is found.
CREATE TABLE consent.chain (
    subject bytea PRIMARY KEY CHECK (octet_length(subject) = 16),
    seq     bigint NOT NULL,
    hash    bytea NOT NULL CHECK (octet_length(hash) = 32),
    mac     bytea NOT NULL
);

-- What was shown, word by word and as data, under the hash that events name.
CREATE TABLE consent.notice (
    hash           bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    purpose        text NOT NULL,
    language       text NOT NULL,
    policy_version text NOT NULL,
    content        text NOT NULL,
    at             timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER notice_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent.notice
    FOR EACH STATEMENT EXECUTE FUNCTION consent.refuse_change();

-- The keeper notes that a yes has expired, and can note nothing else.
CREATE FUNCTION consent.only_expires() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'expired' THEN
        RAISE EXCEPTION 'the keeper notes only that a consent has expired';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER event_of_keeper BEFORE INSERT ON consent.event FOR EACH ROW
    WHEN ('"' || replace(current_user::text, '"', '""') || '"' = '{keeper}') EXECUTE FUNCTION consent.only_expires();
CREATE TRIGGER state_of_keeper BEFORE INSERT OR UPDATE ON consent.state FOR EACH ROW
    WHEN ('"' || replace(current_user::text, '"', '""') || '"' = '{keeper}') EXECUTE FUNCTION consent.only_expires();

GRANT SELECT, INSERT, UPDATE ON consent.chain TO {actions};
GRANT SELECT, INSERT ON consent.notice TO {actions};
GRANT SELECT, INSERT, UPDATE ON consent.chain TO {keeper};
GRANT SELECT, INSERT ON consent.event TO {keeper};
GRANT INSERT, UPDATE ON consent.state TO {keeper};
GRANT SELECT ON consent.chain, consent.notice TO {staff};
