"""Pictures without what they say about their maker: rebuilt from the parts that draw them, never decoded."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

MAX_PIXELS = 50_000_000
MAX_PARTS = 20_000
"""Chunks or segments, many times what a camera or an editor makes: a file of nothing else would cost a second."""
_PNG_HEAD = 8
_PNG_KEPT = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs")
)
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES = frozenset((0xC4, 0xCC, 0xDB, 0xDD))
_SCAN, _END, _JFIF, _ADOBE = 0xDA, 0xD9, 0xE0, 0xEE
_MARKER = re.compile(rb"\xff+([^\xff])", re.DOTALL)
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def plain_png(content: bytes) -> bytes:
    """The chunks that draw it (PNG, third edition). Raises ValueError for one that is damaged, unknown or too large."""
    kept = [content[:_PNG_HEAD]]
    position, drawn, name, parts = _PNG_HEAD, False, b"", 0
    while name != b"IEND":
        length, name = int.from_bytes(content[position : position + 4], "big"), content[position + 4 : position + 8]
        end = position + 12 + length
        body = content[position + 4 : end - 4]
        if end > len(content) or zlib.crc32(body) != int.from_bytes(content[end - 4 : end], "big"):
            raise ValueError("damaged")
        if (position == _PNG_HEAD) != (name == b"IHDR"):
            raise ValueError("no header, or two")
        if name == b"IHDR":
            _require_size(int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big"))
        parts += 1
        if parts > MAX_PARTS:
            raise ValueError("more parts than a picture has")
        if name in _PNG_KEPT:
            kept.append(content[position:end])
            drawn |= name == b"IDAT"
        elif not name[0] & 0x20:
            raise ValueError("an unknown part that must not be left out")
        position = end
    if position != len(content) or not drawn:
        raise ValueError("more, or less, than a picture")
    return b"".join(kept)


def plain_jpeg(content: bytes) -> bytes:
    """The segments that draw it (ITU-T T.81, JFIF, Adobe). Raises ValueError as ``plain_png`` does.

    After its end cameras put more pictures (Multi-Picture Format), which are left out; anything else is refused.
    """
    kept, end = [content[:2]], 2
    frames = scans = 0
    for marker, start, end in _segments(content):
        payload = content[start + 4 : end]
        if marker in _FRAMES:
            frames += 1
            _require_size(int.from_bytes(payload[3:5], "big"), int.from_bytes(payload[1:3], "big"))
        scans += marker == _SCAN
        if marker in _FRAMES or marker in _TABLES or marker in (_SCAN, _END):
            kept.append(content[start:end])
        elif marker == _JFIF and payload.startswith(b"JFIF\0") and len(payload) >= 14:
            kept.append(b"\xff\xe0\0\x10" + payload[:12] + b"\0\0")
        elif marker == _ADOBE and payload.startswith(b"Adobe") and len(payload) == 12:
            kept.append(content[start:end])
    rest = content[end:]
    if frames != 1 or not scans or (rest.strip(b"\0") and not rest.startswith(b"\xff\xd8\xff")):
        raise ValueError("more, or less, than a picture")
    return b"".join(kept)


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment after the first; of a scan with its data. The last one is the end."""
    position, marker = 2, 0
    for _ in range(MAX_PARTS):
        found = _MARKER.match(content, position)
        if found is None:
            raise ValueError("no marker, or no end")
        marker, start, end = found[1][0], found.end() - 2, found.end()
        if marker in _STANDALONE or marker == 0:
            raise ValueError("a marker that belongs into a scan")
        if marker != _END:
            length = int.from_bytes(content[end : end + 2], "big")
            end += length
            if length < 2 or end > len(content):
                raise ValueError("damaged")
        if marker == _SCAN:
            end = _scan_end(content, end)
        yield marker, start, end
        if marker == _END:
            return
        position = end
    raise ValueError("more parts than a picture has")


def _scan_end(content: bytes, position: int) -> int:
    """Where a scan's data ends: before the first marker that is no restart and no stuffed byte."""
    found = _AFTER_SCAN.search(content, position)
    if found is None:
        raise ValueError("no end")
    return found.start()


def _require_size(width: int, height: int) -> None:
    if not 0 < width * height <= MAX_PIXELS:
        raise ValueError("no size, or too large")
