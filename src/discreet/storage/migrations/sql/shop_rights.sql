-- Erasure keeps what bookkeeping law asks for, and nothing else of the row (docs/spec/rights.md).
ALTER TABLE shop.returns ALTER COLUMN reason DROP NOT NULL;
ALTER TABLE shop.customers ALTER COLUMN name DROP NOT NULL;
ALTER TABLE shop.customers ALTER COLUMN email DROP NOT NULL;
ALTER TABLE shop.customers ALTER COLUMN address DROP NOT NULL;
CREATE INDEX returns_subject ON shop.returns (subject);
CREATE INDEX feedback_subject ON shop.feedback (subject);
CREATE INDEX orders_customer ON shop.orders (customer);

ALTER TABLE shop.returns ALTER COLUMN reason SET STATISTICS 0;
ALTER TABLE shop.feedback ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE shop.customers ALTER COLUMN name SET STATISTICS 0;
ALTER TABLE shop.customers ALTER COLUMN email SET STATISTICS 0;
ALTER TABLE shop.customers ALTER COLUMN address SET STATISTICS 0;
ALTER TABLE shop.orders ALTER COLUMN delivery_address SET STATISTICS 0;

GRANT USAGE ON SCHEMA shop TO {keeper};
GRANT SELECT (subject), DELETE ON shop.feedback, shop.tickets TO {keeper};
GRANT SELECT (subject, reason, effect_key), UPDATE (subject, reason, card_last4, effect_key) ON shop.returns TO {keeper};
GRANT SELECT (id, name), UPDATE (name, email, address) ON shop.customers TO {keeper};
GRANT SELECT (customer, status, delivery_address), UPDATE (delivery_address) ON shop.orders TO {keeper};
