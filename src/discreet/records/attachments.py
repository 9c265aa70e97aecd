"""Files that people sent: the content in a row of its own, its key an ordinary vault value (docs/spec/attachments.md).

Whatever destroys the value destroys the file.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field

from discreet.crypto.files import KEY_SIZE, open_file, seal_file
from discreet.crypto.wrapping import Random
from discreet.errors import IntegrityError, NotAllowed
from discreet.records.vault import Finding
from discreet.storage.engine import Transaction

CATEGORY = "attachment"
"""In privacy.yml."""


@dataclass(frozen=True)
class SealedFile:
    """A file ready to be written: what goes to the vault, and the content row."""

    finding: Finding
    content: bytes = field(repr=False)

    def write(self, tx: Transaction) -> None:
        """The content row, after the vault has written the finding in the same transaction."""
        tx.execute("INSERT INTO vault.attachment (token, content) VALUES (%s, %s)", self.finding.token, self.content)


def sealed_file(token: str, media_type: str, content: bytes, random: Random = os.urandom) -> SealedFile:
    """Seals a file that was admitted. ``token`` was minted for it."""
    key = random(KEY_SIZE)
    value = json.dumps({"key": base64.urlsafe_b64encode(key).decode(), "type": media_type})
    return SealedFile(Finding(CATEGORY, token, value), seal_file(key, token=token, content=content, random=random))


def opened_file(tx: Transaction, token: str, value: str) -> tuple[str, bytes]:
    """Media type and content. ``value`` is what ``VaultReader.reveal`` gave for the token; with it comes the right.

    Raises NotAllowed where the content is gone, IntegrityError where it is not what was sealed.
    """
    rows = tx.execute("SELECT content FROM vault.attachment WHERE token = %s", token)
    if not rows:
        raise NotAllowed("there is no such file to open")
    try:
        described = json.loads(value)
        key, media_type = base64.urlsafe_b64decode(described["key"]), str(described["type"])
    except (ValueError, KeyError, TypeError):
        raise IntegrityError("a sealed file is described in another format") from None
    return media_type, open_file(key, token=token, sealed=bytes(rows[0][0]))
