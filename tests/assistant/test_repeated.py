"""A call that is repeated is the same call: what a person reads and what is kept do not tell that an answer was lost.

Each dialogue runs twice from the same beginning. The second time every action call fails once after all its effects,
when its result is to be kept; the client sends the message again under the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import pytest
import yaml

from discreet.policy import load_policy
from tests.assistant.repeating import ORIGIN, Dialogue, Talk, losing, new_passkey
from tests.conftest import PROJECT, prepared_state, running_assistant
from tests.smtp import smtp_server

pytestmark = pytest.mark.servers

CARD, ADDRESS = "4000 0566 5566 5556", "9 Juniper Walk, Exeter EX4 6QQ"
CASIMIR = "casimir.oyelaran@post.example"
Seen = Callable[[str], tuple[Talk, Talk]]


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """A dialogue by its name, undisturbed and with every result lost once; each is held once."""
    state = prepared_state()
    (state / "mail.yml").touch(mode=0o600)
    credentials = state / "credentials.yml"
    credentials.write_text(yaml.safe_dump({"discreet.rasa.web.WebChannel": {"public_url": ORIGIN}}))
    with smtp_server() as (inbox, port):
        mail = {"host": "127.0.0.1", "port": port, "from": "chat@shop.example", "tls": "none"}
        (state / "mail.yml").write_text(yaml.safe_dump(mail))
        with (
            running_assistant(state=state, credentials=str(credentials)) as assistant,
            losing(assistant, inbox) as repeating,
        ):

            @lru_cache
            def held(name: str) -> tuple[Talk, Talk]:
                return repeating.seen(DIALOGUES[name], lost=False), repeating.seen(DIALOGUES[name], lost=True)

            yield held


def _returns_something(talk: Talk) -> None:
    talk.say("I want to return the wool jumper from DS-10482")
    talk.say("it is too small")
    talk.say("why do you need that?")
    talk.say("tell me more")
    talk.press("Yes, you may")
    talk.say(f"use {CARD} please")
    talk.say("11111111")
    talk.say(talk.code())


def _takes_consent_back_before_the_code(talk: Talk) -> None:
    talk.say("I want to return the wool jumper from DS-10482")
    talk.say("it is too small")
    talk.press("Yes, you may")
    talk.say(f"use {CARD} please")
    talk.chat.withdraw()
    talk.destroyed("payment_card")
    talk.say(talk.code())
    talk.press("Yes, you may")
    talk.say("give me a receipt of my consent")


def _says_no(talk: Talk) -> None:
    talk.say("I want to return the trail backpack from DS-10601")
    talk.say("it is too small")
    talk.press("No, thank you")
    talk.say("where is my order")
    talk.say("stop")
    talk.say("where is my order DS-10601")
    talk.say("I want to talk to a person")


def _changes_an_address(talk: Talk) -> None:
    talk.say("please change the delivery address of DS-10563")
    talk.press("Yes, you may")
    talk.say(ADDRESS)
    talk.say("send the code again")
    talk.say(talk.code())
    talk.say("please change the delivery address of DS-10563")
    talk.say(ADDRESS)
    talk.say("stop")


def _gives_feedback_and_asks_what_is_kept(talk: Talk) -> None:
    talk.say("I want to give feedback")
    talk.say("yes")
    talk.say("your parcels rattle like a tambourine")
    talk.say("what do you know about me?")
    talk.press("Get a full copy")
    talk.say("give me a receipt of my consent")
    talk.say("I withdraw my consent")


def _signs_in(talk: Talk) -> None:
    talk.say("sign me in")
    talk.say(CASIMIR)
    talk.say(talk.code())


def _signs_in_and_out(talk: Talk) -> None:
    _signs_in(talk)
    talk.say("what do you know about me?")
    talk.say(talk.code())
    talk.say("log me out")
    talk.say("log me out")


def _sets_up_an_app_and_removes_it(talk: Talk) -> None:
    _signs_in(talk)
    talk.say("set up an authenticator app")
    talk.say(talk.code())
    secret = str(talk.shown()["secret"])
    talk.say("111111")
    talk.say(talk.totp(secret))
    talk.say("remove my authenticator app")
    talk.say(talk.totp(secret))
    talk.say(talk.code())


def _gets_recovery_codes_and_another_address(talk: Talk) -> None:
    talk.say("set up recovery codes")
    talk.say(CASIMIR)
    talk.say(talk.code())
    recovery = [str(code) for code in talk.shown()["codes"]]
    talk.say("change my e-mail address")
    talk.say("casimir.new@post.example")
    talk.say(talk.code())
    talk.say(recovery[0])
    talk.say(talk.code())


def _takes_an_address_that_is_somebody_elses(talk: Talk) -> None:
    _signs_in(talk)
    talk.say("change my e-mail address")
    talk.say("imke.sandoval@post.example")
    talk.say(talk.code())
    talk.say(talk.code())


def _makes_a_passkey_and_uses_it(talk: Talk) -> None:
    talk.say("set up a passkey")
    talk.say(CASIMIR)
    talk.say(talk.code())
    made = new_passkey(talk)
    talk.say("sign me in")
    talk.say("use a passkey")
    talk.passkey(made.used(talk.shown()["options"], ORIGIN))


def _locks_and_unlocks(talk: Talk) -> None:
    talk.say("set up recovery codes")
    talk.say(CASIMIR)
    talk.say(talk.code())
    talk.say("this was not me")
    talk.say("unlock my account")
    talk.say(talk.code())


def _uses_rights(talk: Talk) -> None:
    talk.say("where is my order")
    talk.say("write to me at quillfeather.88412@post.example")
    talk.say("my email is wrong, it is quillfeather.2@post.example")
    talk.press("Yes, replace it")
    talk.say("freeze my data")
    talk.press("Yes, freeze it")
    talk.say("unfreeze my data")
    talk.press("Yes, unfreeze it")
    talk.say("I object to the processing of my data")
    talk.say("delete my data")
    talk.say("yes")
    talk.say("no")
    talk.say("delete my data")
    talk.press("No, keep it")


DIALOGUES: dict[str, Dialogue] = {
    function.__name__.strip("_"): function
    for function in (
        _returns_something, _takes_consent_back_before_the_code, _says_no, _changes_an_address,
        _gives_feedback_and_asks_what_is_kept, _signs_in_and_out, _sets_up_an_app_and_removes_it,
        _gets_recovery_codes_and_another_address, _takes_an_address_that_is_somebody_elses,
        _makes_a_passkey_and_uses_it, _locks_and_unlocks, _uses_rights,
    )
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
def test_nobody_can_tell_that_answers_were_lost(seen: Seen, name: str) -> None:
    undisturbed, repeated = seen(name)
    assert repeated.sent_again > undisturbed.sent_again == 0, "nothing was lost"
    differences = [
        (one["said"], what, one[what], other[what])
        for one, other in zip(undisturbed.heard, repeated.heard, strict=True)
        for what in one
        if one[what] != other[what]
    ]
    assert not differences, differences
    assert repeated.letters == undisturbed.letters
    assert undisturbed.letters or "sign" not in name


def test_the_dialogues_run_every_action(seen: Seen) -> None:
    ran = {action for name in DIALOGUES for action in seen(name)[1].ran}
    assert set(load_policy(PROJECT / "privacy.yml").actions) - ran == set()
