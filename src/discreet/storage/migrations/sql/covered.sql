-- Personal: whom a filed erasure covers: all that was linked when it was filed, whatever is unlinked before it is carried out.
CREATE TABLE rights.covered (
    request  text NOT NULL,
    subject  bytea NOT NULL CHECK (octet_length(subject) = 16),
    customer bytea CHECK (octet_length(customer) = 16),
    PRIMARY KEY (request, subject)
);
CREATE INDEX covered_subject ON rights.covered (subject);
GRANT INSERT ON rights.covered TO {actions}, {keeper};
GRANT SELECT, DELETE ON rights.covered TO {keeper};
