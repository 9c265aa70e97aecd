"""How Rasa calls the action server: signed, over a Unix socket, without a word of what the person wrote.

Put in place of Rasa's endpoint when the server starts (``startup``); an instance attribute, no class is changed.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from itertools import takewhile
from pathlib import Path
from typing import Any

import aiohttp
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from discreet.crypto.signing import CORRELATION, ActionCall, sign_action_call
from discreet.errors import StorageUnavailable, TurnAborted
from discreet.logs import correlation_id
from discreet.rasa.turn import turn_of

TIMEOUT_SECONDS = 30
METRICS_SECONDS = 2
DESK_SECONDS = 10
_SHOWN = "http://actions/shown"
_KEPT_OF_TRACKER = ("sender_id", "slots", "active_loop", "latest_action_name", "latest_input_channel", "paused")
_KEPT_OF_MESSAGE = ("intent", "metadata", "message_id")
_KEPT_OF_ENTITY = ("entity", "value", "role", "group")


class SignedEndpoint(EndpointConfig):
    """Rasa's endpoint configuration with our transport."""

    def __init__(self, socket: Path, key: bytes, timeout: float = TIMEOUT_SECONDS) -> None:
        # Rasa then makes no copy of the whole domain for each call; no action of ours reads it.
        super().__init__(url="http://actions/webhook", selective_domain=True)
        self._socket = str(socket)
        self._key = key
        self._timeout = timeout

    def session(self) -> aiohttp.ClientSession:
        """A client session on the Unix socket."""
        return aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(path=self._socket),
            timeout=aiohttp.ClientTimeout(total=self._timeout),
        )

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """One action call. A 400 goes to Rasa (an action may reject to run); everything else that fails ends the turn.

        Rasa would note a failed action as executed and talk on. Raises ClientResponseError for a 400, else TurnAborted.
        """
        payload = stripped(kwargs["json"])
        body = json.dumps(payload, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            CORRELATION: correlation_id.get(),
            **sign_action_call(self._key, self._call(payload["sender_id"]), body, int(time.time())),
        }
        try:
            async with self.session() as session, session.post(self.url, data=body, headers=headers) as response:
                if response.status == 400:
                    raise ClientResponseError(400, "rejected", (await response.read()).decode())
                if response.status != 200:
                    raise TurnAborted(StorageUnavailable(f"the action server answered {response.status}"))
                return await response.json()
        except ClientResponseError:
            raise
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError):
            raise TurnAborted(StorageUnavailable("the action server did not answer")) from None

    async def desk(self, what: str, wish: dict[str, Any]) -> dict[str, Any]:
        """One signed call of the desk for consent, which belongs to no turn. Raises StorageUnavailable.

        The body names the desk, so that it is no action's call and an action's call is none of these.
        """
        body = json.dumps({"desk": what, **wish}, separators=(",", ":")).encode()
        call = ActionCall(secrets.token_bytes(16), 0, 0)
        headers = {
            "Content-Type": "application/json",
            **sign_action_call(self._key, call, body, int(time.time())),
        }
        timeout = aiohttp.ClientTimeout(total=DESK_SECONDS)
        try:
            async with (
                self.session() as session,
                session.post("http://actions/desk", data=body, headers=headers, timeout=timeout) as response,
            ):
                if response.status != 200:
                    raise StorageUnavailable(f"the desk for consent answered {response.status}")
                answer: dict[str, Any] = await response.json()
                return answer
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError):
            raise StorageUnavailable("the desk for consent did not answer") from None

    async def metrics(self) -> str:
        """What the action server has counted of refusals; empty while it does not answer."""
        try:
            timeout = aiohttp.ClientTimeout(total=METRICS_SECONDS)
            async with self.session() as session, session.get("http://actions/metrics", timeout=timeout) as response:
                return await response.text() if response.status == 200 else ""
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return ""

    async def shown_once(self, sender_id: str) -> dict[str, Any]:
        """What an action keeps for this sender's page, gone with this; {} for nothing. Raises StorageUnavailable."""
        return await self._shown(_SHOWN, {"sender_id": sender_id})

    async def shown_by_link(self, link: str) -> dict[str, Any]:
        """What an action keeps behind a link, in the same way."""
        return await self._shown(f"{_SHOWN}/link", {"link": link})

    async def _shown(self, address: str, asked: dict[str, str]) -> dict[str, Any]:
        body = json.dumps(asked).encode()
        call = ActionCall(secrets.token_bytes(16), 0, 0)
        headers = {"Content-Type": "application/json", **sign_action_call(self._key, call, body, int(time.time()))}
        try:
            async with self.session() as session, session.post(address, data=body, headers=headers) as response:
                return dict(await response.json()) if response.status == 200 else {}
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError):
            raise StorageUnavailable("the action server did not answer") from None

    def _call(self, sender_id: str) -> ActionCall:
        turn = turn_of(sender_id)
        if turn is None:
            raise TurnAborted(StorageUnavailable("an action was called outside a guarded turn"))
        return turn.next_action_call()


def stripped(payload: dict[str, Any]) -> dict[str, Any]:
    """Rasa's action call by field: what actions need, and no message text, no history, no responses.

    Of the events only the trailing slot events stay: a form's validation reads its candidates from them.
    """
    tracker = payload["tracker"]
    message = tracker.get("latest_message") or {}
    kept = {name: tracker[name] for name in _KEPT_OF_TRACKER if name in tracker}
    kept["latest_message"] = {
        **{name: message[name] for name in _KEPT_OF_MESSAGE if name in message},
        "text": "",
        "entities": [
            {name: entity[name] for name in _KEPT_OF_ENTITY if name in entity} for entity in message.get("entities", [])
        ],
    }
    kept["events"] = _trailing_slot_events(tracker.get("events", []))
    kept["active_loop"] = {name: kept.get("active_loop", {}).get(name) for name in ("name", "rejected")}
    return {
        "next_action": payload["next_action"],
        "sender_id": payload["sender_id"],
        "version": payload.get("version", ""),
        "tracker": kept,
    }


class BriefTracker:
    """A tracker as Rasa's action call reads it, with the only events that ``stripped`` keeps: Rasa's own call writes
    out every event of the session."""

    def __init__(self, tracker: DialogueStateTracker) -> None:
        self.sender_id = tracker.sender_id
        self._tracker = tracker

    def current_state(self, _verbosity: EventVerbosity) -> dict[str, Any]:
        """As of the tracker, whatever is asked for."""
        trailing = takewhile(lambda event: isinstance(event, SlotSet), reversed(self._tracker.events))
        events = [event.as_dict() for event in trailing][::-1]
        return {**self._tracker.current_state(EventVerbosity.NONE), "events": events}


def _trailing_slot_events(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    trailing: list[dict[str, Any]] = []
    for event in reversed(events):
        if event.get("event") != "slot":
            break
        trailing.append(event)
    return trailing[::-1]
