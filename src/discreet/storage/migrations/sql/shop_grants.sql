-- This database is the shop's own: nobody but its owner may create anything in it.
REVOKE ALL ON SCHEMA public FROM PUBLIC;

GRANT USAGE ON SCHEMA shop TO {actions};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO {actions};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA shop TO {actions};
