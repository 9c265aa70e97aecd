CREATE SCHEMA shop;

-- A personal column: sealed by the action server under the person's key (docs/spec/vault.md). The version byte and the
-- length that padding leaves are checked, so that text which somebody forgot to seal is refused.
CREATE DOMAIN shop.sealed AS bytea CHECK (octet_length(VALUE) % 64 = 29 AND substr(VALUE, 1, 1) = '\x01');

-- The demonstration business.
CREATE TABLE shop.customers (
    id      bytea PRIMARY KEY CHECK (octet_length(id) = 16),
    name    shop.sealed NOT NULL,
    email   shop.sealed NOT NULL,
    address shop.sealed NOT NULL
);

CREATE TABLE shop.orders (
    number           text PRIMARY KEY CHECK (number ~ '^DS-[0-9]{5}$'),
    customer         bytea NOT NULL REFERENCES shop.customers,
    status           text NOT NULL CHECK (status IN ('packing', 'shipped', 'delivered', 'cancelled')),
    placed_on        date NOT NULL,
    delivered_on     date,
    delivery_address shop.sealed
);

CREATE TABLE shop.order_lines (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number      text NOT NULL REFERENCES shop.orders,
    product     text NOT NULL,
    price_cents integer NOT NULL CHECK (price_cents > 0),
    UNIQUE (number, product)
);

CREATE TABLE shop.returns (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference        text NOT NULL UNIQUE,
    line             bigint NOT NULL REFERENCES shop.order_lines,
    subject          bytea NOT NULL,
    reason           shop.sealed NOT NULL,
    status           text NOT NULL CHECK (status IN ('requested', 'refunded', 'rejected')),
    refund_reference text,
    card_last4       text CHECK (card_last4 ~ '^[0-9]{4}$'),
    effect_key       bytea NOT NULL UNIQUE,
    created_at       timestamptz NOT NULL DEFAULT now()
);
-- An order line comes back once: whatever races, a second open or refunded return is refused here.
CREATE UNIQUE INDEX returns_one_a_line ON shop.returns (line) WHERE status <> 'rejected';

CREATE TABLE shop.feedback (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject    bytea NOT NULL,
    text       shop.sealed NOT NULL,
    effect_key bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE shop.tickets (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference  text NOT NULL UNIQUE,
    subject    bytea NOT NULL,
    effect_key bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);
