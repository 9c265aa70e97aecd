"""Messaging channels by class path: signed webhooks in, an encrypted outbox out (docs/spec/channels.md).

``connector`` is what they share; a channel adds how its provider signs, what its messages look like and how it is
called. ``postman`` delivers for all of them.
"""
