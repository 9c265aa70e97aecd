"""An unguarded channel, as thin as one can be: who asks says who they are, and what they say reaches Rasa as it is.

A second Sanic in the same process, so that model, store, locks, patches and the luck of memory are the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.server import configure_cors
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response


class _Front(Sanic):
    """Sanic compiles its code anew without the signals that an application does not listen to, once a process, and so
    as the page's front needs it: here they are there, and lead nowhere.
    """

    async def dispatch(self, event: str, **more: Any) -> Any:
        """Nobody listens to a request's; to its start, CORS does."""
        return await super().dispatch(event, **more) if event.startswith("server.") else None


async def serve(on_new_message: Callable[[UserMessage], Awaitable[Any]], port: int) -> None:
    """Listens on this machine, as Rasa's own server would: with its CORS and access log, without a timeout of ours."""
    app = _Front("bench_plain", configure_logging=False)
    configure_cors(app, "")

    @app.route("/messages", methods=["POST"])
    async def messages(request: Request) -> HTTPResponse:
        said = request.json
        output = CollectingOutputChannel()
        await on_new_message(UserMessage(said["text"], output, said["sender"], input_channel="web"))
        return json_response({"replies": output.messages})

    app.signalize()
    app.finalize()
    app.state.is_started = True
    server = await app.create_server("127.0.0.1", port, access_log=True, return_asyncio_server=True)
    await server.before_start()
