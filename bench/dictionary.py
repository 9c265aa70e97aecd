"""Trains a compression dictionary for records (docs/spec/envelope.md) and prints what it saves on other turns.

``python -m bench.dictionary FILE``. Only conversations that this repository invents go into it: a dictionary lies open
in the package. One that is in use is never trained anew; a better one gets the next number.
"""

from __future__ import annotations

import sys
from pathlib import Path

import zstandard

from bench.bot import CONVERSATION
from bench.turns import invented, recorded
from discreet.crypto.envelope import padded_length

SIZES = (4096, 8192, 16384, 32768)
CHOSEN = 16384


def main() -> None:
    """Writes the dictionary and a table of sizes."""
    samples = [body for bodies in recorded(invented()) for body in bodies]
    others = [body for bodies in recorded([CONVERSATION]) for body in bodies]
    print(f"trained on {len(samples)} turns; {len(others)} others are {_mean(map(len, others)):.0f} bytes in the mean")
    print(f"without: {_mean(padded_length(4 + len(zstandard.ZstdCompressor(3).compress(o))) for o in others):.0f}")
    for size in SIZES:
        trained = zstandard.train_dictionary(size, samples, level=3, threads=1)
        compressor = zstandard.ZstdCompressor(level=3, dict_data=trained, write_dict_id=False)
        print(f"{size:6}: {_mean(padded_length(4 + len(compressor.compress(other))) for other in others):.0f}")
        if size == CHOSEN:
            Path(sys.argv[1]).write_bytes(trained.as_bytes())


def _mean(values: object) -> float:
    numbers = list(values)  # type: ignore[call-overload]
    return sum(numbers) / len(numbers)


if __name__ == "__main__":
    main()
