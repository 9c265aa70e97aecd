"""Consent: what was asked and answered, and the state that reveal and withdrawal lock (docs/spec/gate.md)."""

from discreet.records.consent.ledger import LIVE, Consent, Operation

__all__ = ["LIVE", "Consent", "Operation"]
