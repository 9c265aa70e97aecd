"""Rasa with the patches of ``discreet.rasa.speed``, for as long as a ``with`` block lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from discreet.rasa import speed


@contextmanager
def restored_afterwards() -> Iterator[None]:
    """What is patched within is undone."""
    before = [(cls, name, vars(cls).get(name)) for cls, name, _ in speed.PATCHES]
    try:
        yield
    finally:
        for cls, name, own in before:
            if own is not None:
                setattr(cls, name, own)
            elif name in vars(cls):
                delattr(cls, name)


@contextmanager
def applied_patches() -> Iterator[None]:
    with restored_afterwards():
        assert speed.apply()
        yield
