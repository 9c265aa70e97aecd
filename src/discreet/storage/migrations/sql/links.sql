-- Which conversations belong to which customer: written when somebody has shown who they are, never by asking.
CREATE TABLE identity.link (
    subject  bytea PRIMARY KEY CHECK (octet_length(subject) = 16),
    customer bytea NOT NULL CHECK (octet_length(customer) = 16),
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX link_customer ON identity.link (customer);

GRANT USAGE ON SCHEMA identity TO {keeper};
GRANT SELECT, INSERT, DELETE ON identity.link TO {actions};
GRANT UPDATE (customer, at) ON identity.link TO {actions};
GRANT SELECT, DELETE ON identity.link TO {keeper};
