-- Personal: wrong codes of one kind for one customer (or a keyed hash of what was named, where there is none), one after the
-- other, until a right one (docs/spec/step-up.md, "Guessing").
CREATE TABLE identity.guesses (
    id      bytea NOT NULL CHECK (octet_length(id) = 16),
    kind    text NOT NULL CHECK (kind IN ('mail', 'totp')),
    wrong   integer NOT NULL DEFAULT 0,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, kind)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.guesses TO {actions};
GRANT SELECT (id, last_at), DELETE ON identity.guesses TO {keeper};

-- Letters about an account are counted apart from codes, each kind for itself: no flood of one keeps another back.
ALTER TABLE identity.attempts DROP CONSTRAINT attempts_scope_check;
ALTER TABLE identity.attempts ADD CONSTRAINT attempts_scope_check CHECK (scope ~ '^(conversation|customer|letter:[a-z]+)$');
