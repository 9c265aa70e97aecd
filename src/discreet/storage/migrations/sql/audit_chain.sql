-- The chain over audit events, and its signed end (docs/spec/audit.md). In tables of its own: an append costs what it did.
CREATE TABLE audit.link (
    seq    bigint PRIMARY KEY CHECK (seq > 0),
    event  bigint NOT NULL UNIQUE,
    salt   bytea CHECK (octet_length(salt) = 16),
    person bytea NOT NULL CHECK (octet_length(person) = 32),
    hash   bytea NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE TABLE audit.head (
    one       bool PRIMARY KEY DEFAULT true CHECK (one),
    statement text
);
INSERT INTO audit.head (one) VALUES (true);

CREATE TRIGGER link_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.link
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER link_only_the_person BEFORE UPDATE ON audit.link
    FOR EACH ROW EXECUTE FUNCTION rights.only_the_person();
-- A histogram would keep salts of erased people.
ALTER TABLE audit.link ALTER COLUMN salt SET STATISTICS 0;

CREATE OR REPLACE FUNCTION rights.pseudonymise(whose bytea, other bytea) RETURNS bigint
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
    -- Whoever chains holds this: else a link could commit to a person whom we are just forgetting.
    PERFORM FROM audit.head FOR UPDATE;
    UPDATE audit.link l SET salt = NULL FROM audit.event e WHERE e.subject = whose AND l.event = e.id;
    UPDATE audit.event a SET subject = other, turn_id = NULL WHERE a.subject = whose;
    GET DIAGNOSTICS entries = ROW_COUNT;
    PERFORM set_config('discreet.pseudonymise', 'off', true);
    RETURN events + entries;
END $$;

-- Ids and times are the database's alone: an event that claims another place in the order is none of ours.
REVOKE INSERT ON audit.event FROM {rasa}, {actions}, {keeper};
GRANT INSERT (actor, event, outcome, subject, purpose, category, turn_id) ON audit.event TO {rasa}, {actions}, {keeper};

GRANT SELECT ON audit.event TO {keeper};
GRANT SELECT, INSERT ON audit.link TO {keeper};
GRANT SELECT, UPDATE (statement) ON audit.head TO {keeper};
GRANT SELECT ON audit.link, audit.head TO {staff};
