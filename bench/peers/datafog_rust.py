"""datafog's Rust engine, called directly."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata

import datafog_core as peer

from bench.peers.datafog import TYPES, Span


def load() -> Callable[[str], list[Span]]:
    """The finder."""

    def find(text: str) -> list[Span]:
        return [
            (finding.codepoint_range.start, finding.codepoint_range.end, TYPES.get(finding.entity_type, "OTHER"))
            for finding in peer.scan(text)
        ]

    return find


def version() -> str:
    """What was measured."""
    return f"datafog-core {metadata.version('datafog-core')}"
