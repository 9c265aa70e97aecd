"""What a person is told who sent something that is no text, by what it was."""

from __future__ import annotations

_ABOUT = {
    "voice": "I cannot listen to voice messages.",
    "video": "I cannot watch videos.",
    "picture": "I cannot look at pictures.",
    "sticker": "I like stickers, but I cannot tell what they mean.",
    "location": "I cannot use locations, and I have not kept yours.",
    "contact": "I cannot use contacts, and I have not kept this one.",
    "file": "I cannot open files.",
}
_INSTEAD = (
    "Please write what you would like to do, for example: where is my order DS-10601? "
    "I can only read text; if you would rather have a person, write “talk to a person”."
)
KINDS = frozenset(_ABOUT)
_BY_TYPE = {"audio": "voice", "video": "video", "image": "picture"}


def no_text(kind: str) -> str:
    """The sentence for one of ``KINDS``; for anything else the one that fits everything."""
    return f"{_ABOUT.get(kind, 'I cannot open that.')} {_INSTEAD}"


def kind_of_type(media_type: str) -> str:
    """The kind for a media type as a provider names it, such as ``audio/ogg``."""
    return _BY_TYPE.get(media_type.partition("/")[0].lower(), "file")
