"""``discreet db import-tracker-store``: conversations of Rasa's own SQL tracker store, moved into ours."""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from pathlib import Path

from discreet.cli.told import told
from discreet.errors import SettingsError
from discreet.rasa.moving import Moving, Outcome, State
from discreet.settings import load_settings, own_file
from discreet.storage.engine import Database
from discreet.storage.stock_events import StockEvents

_PROGRESS_SECONDS = 2.0


@told
def run(state: Path, source_url: str, *, only_verify: bool) -> int:
    """Prints progress, counts and what did not agree. Returns 0 when every event of the source is here, else 1."""
    logging.getLogger("rasa").setLevel(logging.CRITICAL)  # its complaints about an event quote it
    if not source_url:
        raise SettingsError("name the source with --database-url or DISCREET_SOURCE_DATABASE_URL")
    if not own_file(state).exists():
        raise SettingsError("there is nothing to import into: run `discreet db migrate` first")
    settings = load_settings({"DISCREET_STATE": str(state)})
    database = Database(settings.database_url, pool_size=1, statement_timeout_ms=60_000)
    moving = Moving(database, settings.ring("conversation"), settings.key("identity"), now=time.time())
    return _run(StockEvents(source_url), moving, write=not only_verify)


def _run(source: StockEvents, moving: Moving, *, write: bool) -> int:
    conversations, events = source.counts()
    print(f"source: {conversations} conversations, {events} events", flush=True)
    tally = _Tally(conversations)
    for batch in source.batches():
        for outcome in moving.move(batch, write=write):
            tally.add(outcome)
        tally.progress()
    agree, agreeing_events = tally.states[State.AGREES], tally.events[State.AGREES]
    print(f"here:   {agree} conversations, {agreeing_events} events agree, event by event")
    if (agree, agreeing_events) == (conversations, events):
        return 0
    for state in State:
        if state is not State.AGREES and tally.states[state]:
            print(f"        {tally.states[state]} conversations, {tally.events[state]} events: {state.value}")
    if (tally.states.total(), tally.events.total()) != (conversations, events):
        print("        the source changed meanwhile: run this again")
    return 1


class _Tally:
    """Counts, and names what does not agree as soon as it is known."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._begun = self._said = time.monotonic()
        self.states: Counter[State] = Counter()
        self.events: Counter[State] = Counter()

    def add(self, outcome: Outcome) -> None:
        self.states[outcome.state] += 1
        self.events[outcome.state] += outcome.events
        if outcome.state is not State.AGREES:
            rows = f": {', '.join(map(str, outcome.unreadable))}" if outcome.unreadable else ""
            print(f"the conversation that begins with row {outcome.first_row} {outcome.state.value}{rows}")

    def progress(self) -> None:
        now = time.monotonic()
        if now - self._said >= _PROGRESS_SECONDS:
            self._said = now
            done = self.states.total()
            speed = done / (now - self._begun)
            print(f"  {done} of {self._expected} conversations, {speed:.0f} a second", file=sys.stderr, flush=True)
