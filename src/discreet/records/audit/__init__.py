"""The audit log: events that servers append, chained and signed by the keeper (docs/spec/audit.md)."""

from discreet.records.audit.events import Audit

__all__ = ["Audit"]
