"""Answers beside the dialogue: a message is kept and answered, and the dialogue stands where it stood.

Rasa's policies are not asked, so no slot is filled, no question counts as answered and no form moves: what asks whether
personal data may be used is never answered by a picture or in a language that nobody here understands.
"""

from __future__ import annotations

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.rasa.notices import is_notice


async def answer_aside(processor: MessageProcessor, message: UserMessage, sentence: str) -> None:
    """Says the sentence, then the question that waits, if one does; saves the tracker.

    For the dialogue the message was never said (``UserUtteranceReverted``, as in Rasa's own fallback), while the record
    of the turn holds it. ``sentence`` is ours.
    """
    assert message.output_channel is not None
    tracker = await processor.fetch_tracker_and_update_session(
        message.sender_id, message.output_channel, message.metadata
    )
    said = [BotUttered(sentence), *_waiting(tracker)]
    parsed = message.parse_data or {}
    uttered = UserUttered(
        message.text,
        parsed.get("intent"),
        parsed.get("entities"),
        parsed,
        input_channel=message.input_channel,
        message_id=message.message_id,
        metadata=message.metadata,
    )
    events: list[Event] = [uttered, *said, UserUtteranceReverted(), ActionExecuted(ACTION_LISTEN_NAME)]
    for event in events:
        tracker.update(event, processor.domain)
    for utterance in said:
        await message.output_channel.send_response(message.sender_id, utterance.message())
    await processor.save_tracker(tracker)


def _waiting(tracker: DialogueStateTracker) -> list[BotUttered]:
    """The last thing that was said, again, where it asked something: a form's question, or a notice."""
    for event in reversed(tracker.applied_events()):
        if isinstance(event, SessionStarted | UserUttered):
            break
        if isinstance(event, BotUttered):
            asks = tracker.active_loop is not None or is_notice(event)
            return [BotUttered(event.text, event.data, event.metadata)] if asks else []
    return []
