"""Lets a file in or says why not: by size, by what it is, by what it hides, by what a scanner knows.

docs/spec/attachments.md, "The door". Of a picture only what draws it is let in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from discreet.defence import documents, images
from discreet.defence.clamd import Clamd
from discreet.errors import BadInput

MAX_SIZE = 5 * 1024 * 1024
"""Bytes of a file as it comes."""
REFUSED = "attachment_refused"
TAKEN_TYPES = "I take photos (JPEG or PNG) and PDF documents of at most 5 MB."
_SIGNATURES: tuple[tuple[bytes, str, Callable[[bytes], bytes]], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", images.plain_png),
    (b"\xff\xd8\xff", "image/jpeg", images.plain_jpeg),
    (b"%PDF-", "application/pdf", documents.plain_pdf),
)
_ENDINGS = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "pdf": "application/pdf"}
_SAYS_NOTHING = ("", "application/octet-stream")
_ZIP_END, _ZIP_REACH = b"PK\x05\x06", 65_557


@dataclass(frozen=True)
class Admitted:
    """A file that came in: its media type, by its content, and the bytes that are worth keeping."""

    media_type: str
    content: bytes = field(repr=False)


class Door:
    """One door a process."""

    def __init__(self, scanner: Clamd) -> None:
        self._scanner = scanner

    async def admit(self, content: bytes, *, claimed_type: str = "", claimed_name: str = "") -> Admitted:
        """The file, without its metadata. All arguments are the client's; both claims may be empty.

        Raises BadInput with a sentence for a file that is refused, Unscanned where it may be sent again.
        """
        if not content:
            raise BadInput("That file is empty. Please choose another one.", code=REFUSED)
        if len(content) > MAX_SIZE:
            raise BadInput(f"That file is too large for me. {TAKEN_TYPES}", code="too_long")
        admitted = await asyncio.to_thread(_examined, content, claimed_type, claimed_name)
        if not await self._scanner.is_clean(content):
            raise BadInput("That file looks harmful, so I did not take it, and kept nothing of it.", code=REFUSED)
        return admitted


def _examined(content: bytes, claimed_type: str, claimed_name: str) -> Admitted:
    known = next((row for row in _SIGNATURES if content.startswith(row[0])), None)
    if known is None:
        raise BadInput(f"I cannot take that kind of file. {TAKEN_TYPES}", code=REFUSED)
    _, media_type, plain = known
    ending = claimed_name.rpartition(".")[2].lower() if "." in claimed_name else ""
    type_says = "image/jpeg" if claimed_type == "image/jpg" else claimed_type.partition(";")[0].strip().lower()
    name_says = _ENDINGS.get(ending, ending)
    if any(claim not in (*_SAYS_NOTHING, media_type) for claim in (type_says, name_says)):
        raise BadInput(f"That file is not what its name says, so I did not take it. {TAKEN_TYPES}", code=REFUSED)
    is_picture = media_type.startswith("image/")
    if _ZIP_END in content[-_ZIP_REACH:] or (is_picture and b"%PDF-" in content[:1024]):
        raise BadInput(f"That file is two files in one, so I did not take it. {TAKEN_TYPES}", code=REFUSED)
    try:
        return Admitted(media_type, plain(content))
    except ValueError:
        raise BadInput(
            f"I cannot read that file: it is damaged, too large, or holds more than it shows. {TAKEN_TYPES}",
            code=REFUSED,
        ) from None
