"""What is new in a notice, in words, from the content that was answered and the one of now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from discreet.records.consent.notice import Notice
from discreet.records.consent.phrases import in_words, listed, phrase


def changes(old: dict[str, Any], new: Notice, answered: datetime, same: Notice) -> str:
    """One or more sentences in the new notice's language.

    ``old`` is the content of a stored notice; ``same`` is the new one in its language, or in the policy's first where
    that is no language of the policy any more.
    """
    spoken, now = new.language, new.content
    found = [
        *_lists(spoken, "data", old["data"], now["data"]),
        *_lists(spoken, "recipients", _named(old["recipients"]), new.recipients),
    ]
    if old["keep_seconds"] != now["keep_seconds"]:
        times = {
            name: in_words(timedelta(seconds=content["keep_seconds"]), spoken)
            for name, content in (("old", old), ("new", now))
        }
        found.append(phrase(spoken, "c_keep", **times))
    if old["language"] == same.language and old["notice"] != same.content["notice"]:
        found.append(phrase(spoken, "c_purpose", purpose=now["notice"]))
    if old["controller"].get("name") != now["controller"].get("name"):
        found.append(phrase(spoken, "c_controller", name=now["controller"].get("name", "")))
    if old["on_withdrawal"] != now["on_withdrawal"]:
        found.append(phrase(spoken, "c_withdrawal", then=phrase(spoken, now["on_withdrawal"])))
    what = " ".join(found) or phrase(spoken, "c_words")
    return phrase(spoken, "changed", date=answered.date().isoformat(), what=what)


def _lists(spoken: str, kind: str, old: dict[str, str], new: dict[str, str]) -> list[str]:
    """What came and what went, of data or recipients; names in today's words where they still stand."""
    field = "data" if kind == "data" else "names"
    parts = (
        ("added", {k: v for k, v in new.items() if k not in old}),
        ("removed", {k: v for k, v in old.items() if k not in new}),
    )
    return [
        phrase(spoken, f"c_{kind}_{what}", **{field: listed(spoken, list(names.values()))})
        for what, names in parts
        if names
    ]


def _named(names: list[str]) -> dict[str, str]:
    return {name: name for name in names}
