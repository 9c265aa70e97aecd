-- Files that people sent, sealed (docs/spec/attachments.md). The key is the vault value of the same token.
CREATE TABLE vault.attachment (
    token   text PRIMARY KEY REFERENCES vault.value ON DELETE CASCADE,
    content bytea NOT NULL CHECK (octet_length(content) % 4096 = 29 AND substr(content, 1, 1) = '\x01')
);
-- It is ciphertext: to try to compress it costs time.
ALTER TABLE vault.attachment ALTER COLUMN content SET STORAGE EXTERNAL;

GRANT INSERT ON vault.attachment TO {rasa};
GRANT SELECT ON vault.attachment TO {actions};
