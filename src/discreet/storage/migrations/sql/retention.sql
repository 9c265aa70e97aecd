-- What moving a base needs (docs/spec/envelope.md, "Retention").

-- Conversations that still hold a session before the running one.
CREATE INDEX head_older_sessions ON conversation.head (conversation) WHERE session_seq > base_seq + 1;

-- A turn changes no indexed column of its head (touched_at only once a minute), so that its new version fits beside the old one.
ALTER TABLE conversation.head SET (fillfactor = 60);

-- The hash that a record says it follows: the keeper moves a base past records that it has no right to read.
CREATE FUNCTION conversation.follows(of_conversation bytea, of_seq bigint) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT substring(record FROM 15 FOR 32) FROM conversation.turn WHERE conversation = of_conversation AND seq = of_seq
$$;
REVOKE ALL ON FUNCTION conversation.follows FROM PUBLIC;
GRANT EXECUTE ON FUNCTION conversation.follows TO {keeper};

-- The keeper holds the keys of conversations from here on, and so must not see their records.
REVOKE SELECT ON conversation.turn FROM {keeper};
GRANT SELECT (conversation, seq, session_key, turn_id, at) ON conversation.turn TO {keeper};
GRANT UPDATE (base_seq, base_hash, mac) ON conversation.head TO {keeper};

-- Erasing a person.
GRANT SELECT (subject) ON action.result TO {keeper};
GRANT SELECT (subject), DELETE ON action.fence TO {keeper};
