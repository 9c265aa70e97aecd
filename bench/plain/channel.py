"""The unguarded channel: who asks says who they are, and what they say reaches Rasa as it is."""

from __future__ import annotations

import gc
import os
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from discreet import logs
from discreet.rasa import speed


class PlainChannel(InputChannel):
    """As thin as a channel can be; with the patches and the collector's settings of our own."""

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, _credentials: dict[str, Any] | None) -> PlainChannel:
        logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("plain")

        @blueprint.listener("after_server_start")
        async def start(_app: Sanic, _loop: Any) -> None:
            speed.apply()
            gc.collect()
            gc.freeze()

        @blueprint.route("/messages", methods=["POST"])
        async def messages(request: Request) -> HTTPResponse:
            said = request.json
            output = CollectingOutputChannel()
            await on_new_message(UserMessage(said["text"], output, said["sender"], input_channel=self.name()))
            return json_response({"replies": output.messages})

        return blueprint
