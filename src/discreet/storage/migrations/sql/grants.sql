-- Least privilege, process by process (docs/threat-model.md).
GRANT USAGE ON SCHEMA conversation, key, vault, consent, audit TO {rasa};
GRANT SELECT, INSERT ON conversation.head, conversation.turn, conversation.web_session TO {rasa};
GRANT UPDATE (seq, hash, session_seq, session_key, mac, touched_at) ON conversation.head TO {rasa};
GRANT UPDATE (expires_at, ended_at) ON conversation.web_session TO {rasa};
GRANT USAGE ON SEQUENCE conversation.fence TO {rasa};
GRANT SELECT, INSERT ON key.session_key, key.owner_key TO {rasa};
GRANT INSERT ON key.value_key TO {rasa};
GRANT INSERT ON vault.value, vault.confirmed_turn TO {rasa};
GRANT SELECT ON consent.state TO {rasa};
GRANT INSERT ON audit.event TO {rasa};

GRANT USAGE ON SCHEMA key, vault, consent, identity, audit, action TO {actions};
GRANT SELECT, INSERT ON key.owner_key TO {actions};
GRANT SELECT ON key.value_key TO {actions};
GRANT SELECT ON vault.value, vault.confirmed_turn TO {actions};
GRANT INSERT ON vault.discard TO {actions};
GRANT SELECT, INSERT ON consent.event TO {actions};
GRANT SELECT, INSERT, UPDATE ON consent.state, consent.operation, action.fence TO {actions};
GRANT SELECT, INSERT ON action.result TO {actions};
GRANT INSERT ON audit.event TO {actions};

GRANT USAGE ON SCHEMA conversation, key, vault, consent, audit, action TO {keeper};
GRANT SELECT, DELETE ON conversation.head, conversation.turn, conversation.web_session TO {keeper};
GRANT SELECT, DELETE ON key.session_key, key.owner_key, key.value_key TO {keeper};
GRANT SELECT (token, category, subject, turn_id, created_at, expires_at), DELETE ON vault.value TO {keeper};
GRANT SELECT, DELETE ON vault.confirmed_turn, vault.discard TO {keeper};
GRANT SELECT ON consent.state TO {keeper};
GRANT SELECT (turn_id, created_at), DELETE ON action.result TO {keeper};
GRANT SELECT, DELETE ON consent.operation TO {keeper};
GRANT INSERT ON audit.event TO {keeper};

GRANT USAGE ON SCHEMA consent, audit TO {staff};
GRANT SELECT ON consent.event, consent.state, audit.event TO {staff};
