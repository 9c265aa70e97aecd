-- What the audit log says of one person, for that person's copy (docs/spec/audit.md, "Who reads"): without actor and turn,
-- and without the right to read the table, whose rest is nobody's at the action server.
CREATE FUNCTION audit.of_person(whose bytea[], most integer)
    RETURNS TABLE (at timestamptz, event text, outcome text, purpose text, category text, staff boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT e.at, e.event, e.outcome, e.purpose, e.category, e.actor = 'operator' FROM audit.event e
    WHERE e.subject = ANY(whose) ORDER BY e.id DESC LIMIT most
$$;
REVOKE ALL ON FUNCTION audit.of_person FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.of_person TO {actions};
