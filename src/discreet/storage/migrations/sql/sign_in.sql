-- Who signed in, by pseudonym; NULL: the session is its own conversation.
ALTER TABLE conversation.web_session ADD COLUMN sender text;
