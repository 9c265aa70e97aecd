"""PDF files that only show something. A look at what stands open in the file; what is packed is the scanner's."""

from __future__ import annotations

import re

_ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|Encrypt|SubmitForm|ImportData)(?![A-Za-z0-9])"
)
MAX_ESCAPES = 50_000
"""More than chance makes of 5 MiB of packed pictures, by far: nobody writes names so."""
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


def plain_pdf(content: bytes) -> bytes:
    """The document as it is. Raises ValueError for one that goes on after its end, runs, embeds or hides something.

    ISO 32000-2, 7.3.5 (names may be escaped), 7.5.2 (header), 7.5.5 (trailer), 12.6 (actions).
    """
    if not content.rstrip(b"\r\n\t \0").endswith(b"%%EOF"):
        raise ValueError("no end")
    read, escapes = _ESCAPE.subn(lambda match: bytes([int(match[1], 16)]), content, MAX_ESCAPES)
    if escapes == MAX_ESCAPES or _ACTIVE.search(read):
        raise ValueError("active content")
    return content
