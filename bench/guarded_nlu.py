"""Whether the Guard makes the dialogue dumber: the same messages understood as typed, and after the Guard took out
what is personal.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.log_utils import configure_structlog
from sklearn.metrics import f1_score

from bench.report import Figure
from discreet.policy import load_policy
from discreet.rasa.understanding import TOPIC, Understanding, mint_token
from discreet.redaction.redact import Redactor

PROJECT = Path(__file__).parent.parent
_Parse = Callable[[str], Awaitable[dict[str, Any]]]


def figures(models: Path, folders: Sequence[str]) -> list[Figure]:
    """Weighted F1 of intents and micro F1 of entity names, with and without the Guard, and how far they are apart.

    An entity counts where its name is right: the Guard puts a token in the place of its value. What the Guard adds of
    its own, and no model finds, does not count.
    """
    configure_structlog(logging.ERROR)
    return asyncio.run(_figures(models, folders))


async def _figures(models: Path, folders: Sequence[str]) -> list[Figure]:
    agent = Agent.load(models)
    policy = load_policy(PROJECT / "privacy.yml")
    understanding = Understanding(policy, Redactor(policy), mint_token(policy))

    async def typed(text: str) -> dict[str, Any]:
        return dict(await agent.processor.parse_message(UserMessage(text)))

    async def guarded(text: str) -> dict[str, Any]:
        return (await understanding.of_text(agent.processor, text, None)).parse_data

    found = []
    for folder in folders:
        messages = load_data(str(PROJECT / folder)).intent_examples
        without, with_it = [await _scores(messages, parse) for parse in (typed, guarded)]
        name = Path(folder).name
        for kind, one, other in zip(("intent", "entity"), without, with_it, strict=True):
            more = {"without": round(one, 4), "guarded": round(other, 4), "messages": len(messages)}
            found.append(Figure(f"{kind}_f1_guard_gap_{name}", abs(one - other), "F1", more))
    return found


async def _scores(messages: Sequence[Message], parse: _Parse) -> tuple[float, float]:
    wanted, said = [], []
    right = missed = extra = 0
    for message in messages:
        parsed = await parse(message.get("text"))
        wanted.append(message.get("intent"))
        said.append(parsed["intent"]["name"])
        truth = sorted(entity["entity"] for entity in message.get("entities", []))
        seen = sorted({(e["entity"], str(e["value"])) for e in parsed.get("entities", []) if e["entity"] != TOPIC})
        names = [name for name, _ in seen]
        agree = sum(min(truth.count(name), names.count(name)) for name in {*truth})
        right, missed, extra = right + agree, missed + len(truth) - agree, extra + len(names) - agree
    entities = 2 * right / (2 * right + missed + extra)
    return float(f1_score(wanted, said, average="weighted")), entities
