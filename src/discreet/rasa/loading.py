"""Before Rasa loads a model: signed, from this disk, and beside nothing that talks to other servers.

Loading a model runs what stands in it, so that a look at the loaded one, as ``startup`` has it, comes too late.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rasa.core.run import load_agent_on_start
from rasa.exceptions import ModelNotFound
from rasa.model import get_local_model
from sanic import Sanic

from discreet import models
from discreet.errors import SettingsError
from discreet.rasa.options import OTHER_ENDPOINTS, forbidden

_NAMES = {"models": "model"}
"""What Rasa calls a section of endpoints.yml once it is read, where that is another name."""


def require_safe_loading(app: Sanic, model_public: bytes) -> None:
    """To be called before the server starts, from a listener that was registered before Rasa's own.

    ``model_public``: the key that models are verified by. Raises SettingsError.
    """
    for option, why in forbidden(sys.argv):
        raise SettingsError(f"Rasa runs with {option}, which {why}; start without it")
    loads = [one for one in _listeners(app) if getattr(one, "func", None) is load_agent_on_start]
    if not loads:
        raise SettingsError("Rasa would load its model in a way that is not known here; start with `make run`")
    for load in loads:
        path, endpoints, _ = load.args
        for section, why in OTHER_ENDPOINTS.items():
            if getattr(endpoints, _NAMES.get(section, section), None) is not None:
                raise SettingsError(f"{section} in endpoints.yml {why}; take it out")
        try:
            model = Path(get_local_model(path))
        except ModelNotFound:
            continue  # Rasa loads none then, and the start-up check says so
        models.verify(model, model_public)


def _listeners(app: Sanic) -> Iterator[Any]:
    """What is called before the server starts: Sanic keeps it as a signal's handlers."""
    _, handlers, _ = app.signal_router.get("server.init.before")
    for handler in handlers:
        yield getattr(handler, "keywords", {}).get("listener")
