"""Messaging channels through their webhooks, over real sockets, against the running assistant and a stand-in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing

import pytest

from discreet.assistant import Assistant
from discreet.storage.engine import Database
from discreet.storage.locks import lock_number
from tests.assistant.canaries import found_in, in_byte_columns, scan
from tests.assistant.more_phones import PHONES
from tests.assistant.phones import Phone, Request, reachable_by, rows
from tests.assistant.provider import StandIn

pytestmark = pytest.mark.servers

WITH_REFERENCES = pytest.mark.parametrize("phone", [name for name in PHONES if name != "twilio"], indirect=True)
"""At Twilio a number means a button of the last reply only, and is nobody's secret."""
_people = itertools.count(1)


@pytest.fixture(scope="module")
def messaging(provider: StandIn) -> Iterator[Assistant]:
    """The assistant with every messaging channel."""
    with reachable_by(*PHONES.values(), provider=provider) as assistant:
        yield assistant


@pytest.fixture(params=PHONES)
def phone(request: pytest.FixtureRequest, messaging: Assistant, provider: StandIn) -> Iterator[Phone]:
    """Somebody new."""
    yield PHONES[request.param](messaging, provider, next(_people))
    provider.answering = lambda call: None


def _turns(assistant: Assistant) -> int:
    return int(rows(assistant, "SELECT count(*) FROM conversation.turn")[0][0])


def test_a_conversation_of_ten_turns(messaging: Assistant, phone: Phone) -> None:
    before = _turns(messaging)
    hello = phone.say("hello")
    assert "Return something" in hello.buttons
    assert "delivered" in phone.say("where is my order DS-10601").text
    notice = phone.say("I want to give feedback")
    asked = phone.press(notice, "Yes, you may")
    assert asked.texts
    assert "encrypted" in phone.say("Your parcels rattle like a tambourine").text
    assert "piece of feedback" in phone.say("what do you know about me?").text
    assert phone.say("/restart").texts
    assert phone.say("tell me a joke").texts
    assert phone.say("my mail is grace@post.example").texts
    assert "withdrawn your consent" in phone.say("I withdraw my consent").text
    assert _turns(messaging) == before + 10


def test_a_retry_makes_no_second_turn_and_no_second_reply(messaging: Assistant, phone: Phone) -> None:
    notice = phone.say("I want to give feedback")
    before, calls = _turns(messaging), len(phone.provider.received)
    for request in (phone.presses(notice.buttons["Yes, you may"], "Yes, you may"), phone.writes("tell me a joke")):
        first = phone.after(request)
        assert first.texts
        for _ in range(2):
            assert phone.after(request).texts == []
    assert _turns(messaging) == before + 2
    assert len(phone.all_heard(calls).texts) >= 2


@WITH_REFERENCES
def test_a_button_pressed_again_is_answered_and_does_nothing(messaging: Assistant, phone: Phone) -> None:
    notice = phone.say("I want to give feedback")
    first = phone.press(notice, "Yes, you may")
    before = _turns(messaging)
    assert phone.press(notice, "Yes, you may").texts == first.texts
    assert _turns(messaging) == before


@WITH_REFERENCES
def test_a_button_of_somebody_else_is_stale(messaging: Assistant, provider: StandIn, phone: Phone) -> None:
    other = type(phone)(messaging, provider, next(_people))
    reference = other.say("hello").buttons["Return something"]
    before = _turns(messaging)
    assert "no longer works" in phone.after(phone.presses(reference, "Return something")).text
    assert _turns(messaging) == before


def test_a_person_who_says_too_much_is_told_so_once_and_holds_nobody_up(messaging: Assistant, phone: Phone) -> None:
    """With 200: a provider that is told an error sends again and again, and keeps everybody else's messages waiting."""
    assert phone.say("hello").texts
    before = _turns(messaging)
    rows(messaging, "UPDATE defence.bucket SET empty_at = now() + interval '1 hour'")
    try:
        assert "more than I can take" in phone.say("tell me a joke").text
        assert [phone.say("tell me a joke").texts for _ in range(3)] == [[], [], []]
        assert phone.after(phone.sends_a_sticker()).texts == []
        assert _turns(messaging) == before
    finally:
        rows(messaging, "DELETE FROM defence.bucket")
    assert phone.say("tell me a joke").texts


def test_a_burst_behind_a_slow_turn_is_no_error_and_none_of_it_vanishes(messaging: Assistant, phone: Phone) -> None:
    """More than eight turns of a person wait: the rest waits for room, and is told where there is none in time."""
    assert phone.say("hello").texts
    before, calls = _turns(messaging), len(phone.provider.received)
    ((conversation,),) = rows(messaging, "SELECT conversation FROM conversation.turn ORDER BY at DESC LIMIT 1")
    burst = [phone.writes("tell me a joke") for _ in range(12)]
    assert messaging.postgres is not None
    with closing(Database(messaging.postgres.url, pool_size=1)) as slow, ThreadPoolExecutor(len(burst)) as senders:
        with slow.transaction() as tx:
            tx.execute("SELECT pg_advisory_xact_lock(%s)", lock_number(bytes(conversation)))
            sent = [senders.submit(phone.send, request) for request in burst]
            assert len(wait(sent, timeout=4).done) == 4
        assert [done.result()[0] for done in sent] == [200] * len(burst)
    phone.wait_for_the_postman()
    told = [text for text in phone.all_heard(calls).texts if "more than I can take" in text]
    assert (_turns(messaging) - before, len(told)) == (8, 1)


def test_what_is_no_text_is_told_so_once(messaging: Assistant, phone: Phone) -> None:
    before, request = _turns(messaging), phone.sends_a_sticker()
    assert "only read text" in phone.after(request).text
    assert phone.after(request).texts == []
    assert _turns(messaging) == before


def test_a_text_that_is_too_long_is_told_so(messaging: Assistant, phone: Phone) -> None:
    before = _turns(messaging)
    assert "too long" in phone.say("x" * 2001).text
    assert _turns(messaging) == before


def test_a_provider_that_is_down_gets_everything_once_and_in_order(phone: Phone, provider: StandIn) -> None:
    start = len(provider.received)
    provider.down()
    try:
        for text in ("tell me a joke", "where is my order DS-10601", "is this chat encrypted?"):
            assert phone.send(phone.writes(text))[0] == 200
    finally:
        provider.up()
    phone.wait_for_the_postman()
    texts = phone.all_heard(start).texts
    delivered, encrypted = (next(i for i, t in enumerate(texts) if word in t) for word in ("delivered", "AES-256"))
    assert 0 < delivered < encrypted
    assert len(texts) == len(set(texts))


def test_a_provider_that_says_wait_is_asked_again(phone: Phone, provider: StandIn) -> None:
    refusals = iter([(429, {"Retry-After": "1"}, {}), (500, {}, {})])
    provider.answering = lambda call: next(refusals, None)
    assert len(phone.say("tell me a joke").texts) == 1


def test_a_letter_that_is_refused_for_good_holds_nothing_up(phone: Phone, provider: StandIn) -> None:
    refusals = iter([(400, {}, {})])
    provider.answering = lambda call: next(refusals, None)
    assert phone.say("tell me a joke").texts == []
    assert phone.say("tell me a joke").texts


def test_a_forged_request_is_refused_and_does_nothing(messaging: Assistant, phone: Phone, provider: StandIn) -> None:
    before, calls = _turns(messaging), len(provider.received)
    genuine = phone.writes("hello")
    for name in genuine.headers:
        if name.lower() not in ("content-type", "x-slack-request-timestamp"):
            for value in ("", "x", genuine.headers[name][:-1], genuine.headers[name] + "x"):
                assert phone.send(Request(genuine.body, {**genuine.headers, name: value}))[0] == 401
            kept = {other: value for other, value in genuine.headers.items() if other != name}
            assert phone.send(Request(genuine.body, kept))[0] == 401
    assert phone.send(Request(genuine.body, {**genuine.headers, "Content-Type": "text/plain"}))[0] == 415
    assert phone.send(Request(b"x" * 300_000, genuine.headers))[0] == 413
    assert _turns(messaging) == before
    assert len(provider.received) == calls


def test_addresses_are_found_nowhere(messaging: Assistant, phone: Phone) -> None:
    """In no table, no file of the database, no log at debug level."""
    assert phone.say("where is my order DS-10601").texts
    phone.after(phone.sends_a_sticker())
    assert messaging.postgres is not None
    tables = rows(
        messaging,
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    rows(messaging, "CHECKPOINT")
    dump = repr([rows(messaging, f'SELECT t::text FROM "{schema}"."{table}" t') for schema, table in tables])
    assert found_in(dump.encode() + in_byte_columns(dump), phone.canaries) == set()
    places = [messaging.postgres.home, messaging.logs, messaging.state]
    assert scan(places, phone.canaries, leave_out=(messaging.keys, messaging.state / "channels.yml")) == {}
