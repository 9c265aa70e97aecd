"""Consent: what was asked and answered, and the state that reveal and withdrawal lock (docs/spec/consent.md)."""

from discreet.records.consent.consent import LIVE, Asked, Consent, Operation

__all__ = ["LIVE", "Asked", "Consent", "Operation"]
