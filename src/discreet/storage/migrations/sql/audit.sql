CREATE SCHEMA audit;

-- Who opened what kind of data for which purpose: never a value, a token's random part is enough to find it.
CREATE TABLE audit.event (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT now(),
    actor    text NOT NULL,
    event    text NOT NULL,
    outcome  text NOT NULL,
    subject  bytea,
    purpose  text,
    category text,
    turn_id  bytea
);
CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are never changed';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.event
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

CREATE SCHEMA identity;
