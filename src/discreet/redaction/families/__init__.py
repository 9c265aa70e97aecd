"""The table of recognisers: one family of values a file, the stronger families first.

A finding of an earlier row wins over one of a later row that overlaps it.
"""

from __future__ import annotations

from discreet.redaction.families import bank, cards, dates, ids, mail, network, papers, phones, secrets
from discreet.redaction.recogniser import Recogniser

RECOGNISERS: tuple[Recogniser, ...] = (
    *secrets.RECOGNISERS,
    *network.LOGINS,
    *mail.RECOGNISERS,
    *bank.RECOGNISERS,
    *cards.RECOGNISERS,
    *papers.RECOGNISERS,
    *ids.RECOGNISERS,
    *network.RECOGNISERS,
    *dates.RECOGNISERS,
    *phones.RECOGNISERS,
)
