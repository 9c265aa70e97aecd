"""What a message is before anybody asks what it means: without words, in another language, or no text at all; and
which language its writer would rather read."""

from discreet.reading.kinds import kind_of_type, no_text
from discreet.reading.languages import other_language
from discreet.reading.preferred import preferred_language
from discreet.reading.wordless import ONLY_WORDS, is_wordless

__all__ = ["ONLY_WORDS", "is_wordless", "kind_of_type", "no_text", "other_language", "preferred_language"]
