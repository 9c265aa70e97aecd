"""A coverage-guided fuzzer of the redactor: ``python -m tests.redaction.fuzz --seconds 600``.

Atheris (libFuzzer under Python) instruments the redactor's code and keeps every text that reaches something new; each
must hold every promise of ``promises`` and stay below a time for its length. It starts from drawn messages and hostile
patterns. What breaks a promise ends the run with an error, and lies in ``build/fuzz`` as the text that did it.
Atheris 2.3.0, the last release for Python 3.10, has wheels for Linux on x86-64 only: elsewhere this says so and fails.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import hostile
from bench.adversarial import draw

PROJECT = Path(__file__).parent.parent.parent
LONGEST = 2_000
SLOW_SECONDS = 0.1
"""For LONGEST characters under instrumentation, which makes the code some ten times slower; the promise is in bench."""


def main() -> int:
    """Fuzzes until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0, help="0 draws one")
    arguments = parser.parse_args()
    try:
        import atheris
    except ImportError:
        sys.exit("Atheris has no wheel for this platform: fuzz on Linux, x86-64, or choose other STAGES.")
    assert not any(name.startswith("discreet.redaction") for name in sys.modules), "imported before it was instrumented"
    with atheris.instrument_imports(include=["discreet.redaction"]):
        from discreet.redaction.find import find
        from tests.redaction import promises

    def one(raw: bytes) -> None:
        text = raw.decode("utf-8", "ignore")
        begun = time.thread_time()
        promises.hold(text)
        if time.thread_time() - begun > SLOW_SECONDS and _least_seconds(find, text) > SLOW_SECONDS:
            raise AssertionError("a short text takes too long")

    crashes = PROJECT / "build" / "fuzz"
    crashes.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for index, text in enumerate(_seeds()):
            Path(corpus, str(index)).write_bytes(text.encode("utf-8", "ignore"))
        options = [f"-max_total_time={arguments.seconds}", f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=4096"]
        options += [f"-artifact_prefix={crashes}/", "-print_final_stats=1", "-only_ascii=0", f"-seed={arguments.seed}"]
        atheris.Setup([sys.argv[0], *options, corpus], one)
        atheris.Fuzz()
    return 0


def _seeds() -> list[str]:
    drawn = [found.text for found in draw(1, 1)]
    return drawn + [hostile.message(name, 200) for name in hostile.PATTERNS]


def _least_seconds(call: Callable[[str], object], text: str) -> float:
    """Of three times: one may have met the garbage collector."""
    times = []
    for _ in range(3):
        begun = time.thread_time()
        call(text)
        times.append(time.thread_time() - begun)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
