"""Discreet: a Rasa 3.6 assistant that keeps what customers tell it private.

Start with ``docs/flow.md``, the path of one message; the folders follow it.
"""

__version__ = "0.1.0"
