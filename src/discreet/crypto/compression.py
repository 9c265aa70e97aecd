"""Compressing a record's body: one zstd frame each, alone, with a public dictionary (docs/spec/envelope.md).

A dictionary is a number in the record. One that was ever written with stays in the package for good.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import zstandard

from discreet.errors import IntegrityError

NO_DICTIONARY = 0
NEWEST_DICTIONARY = 1
MAX_BODY = 4 * 2**20
"""Bytes of a record's body, before compression. A turn that needs more is refused on writing."""
_LEVEL = 3
_FOLDER = Path(__file__).parent / "dictionaries"


def compress(body: bytes, dictionary: int) -> bytes:
    """The frame. Raises ValueError for a body over MAX_BODY."""
    if len(body) > MAX_BODY:
        raise ValueError("a turn is larger than a record may be")
    return _tools(dictionary).compressor.compress(body)


def decompress(frame: bytes, dictionary: int) -> bytes:
    """The body again. Raises IntegrityError for an unknown dictionary, a damaged frame or one over MAX_BODY."""
    if not NO_DICTIONARY <= dictionary <= NEWEST_DICTIONARY:
        raise IntegrityError("a record does not open")
    try:
        # The library believes a frame's own size and ignores the limit then; whoever holds the key may have written it.
        if zstandard.get_frame_parameters(frame).content_size > MAX_BODY:
            raise IntegrityError("a record does not open")
        return _tools(dictionary).decompressor.decompress(frame, max_output_size=MAX_BODY)
    except zstandard.ZstdError:
        raise IntegrityError("a record does not open") from None


@dataclass(frozen=True)
class _Tools:
    compressor: zstandard.ZstdCompressor
    decompressor: zstandard.ZstdDecompressor


_of_this_thread = threading.local()


def _tools(dictionary: int) -> _Tools:
    """Made once a thread: digesting a dictionary costs more than a turn, and no two threads may use one at a time."""
    made: dict[int, _Tools] = _of_this_thread.__dict__.setdefault("tools", {})
    if dictionary not in made:
        data = _dictionary(dictionary)
        made[dictionary] = _Tools(
            zstandard.ZstdCompressor(level=_LEVEL, dict_data=data, write_dict_id=False),
            zstandard.ZstdDecompressor(dict_data=data),
        )
    return made[dictionary]


@lru_cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict | None:
    if number == NO_DICTIONARY:
        return None
    dictionary = zstandard.ZstdCompressionDict((_FOLDER / f"{number}.zstd").read_bytes())
    dictionary.precompute_compress(level=_LEVEL)
    return dictionary
